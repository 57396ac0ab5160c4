import { RELEASED_FIELD } from "@onrush/shared/wire/redisKeys.ts";

/**
 * The directory's rules for workers, run by Redis so that each is atomic and judged by its clock
 * alone; those for shares are in `standingScripts.ts`. KEYS[1] is the hash of workers, KEYS[2] that of reservations. A value of the first begins with
 * the millisecond of the last heartbeat, 0 when the worker has left. The beat's own script is
 * `worker/agent/redis/beatScript.ts`.
 */

export const NOW_MS = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** ARGV: listed ms, remembered ms. Replies {{id, value, run or ''}, …}, {forgotten id, …}. */
export const LIST = `${NOW_MS}
local listedMs, rememberedMs = tonumber(ARGV[1]), tonumber(ARGV[2])
local workers = redis.call('HGETALL', KEYS[1])
local listed, forgotten = {}, {}
for i = 1, #workers, 2 do
  local id, value = workers[i], workers[i + 1]
  local ageMs = nowMs - tonumber(string.match(value, '^%d+'))
  if ageMs <= listedMs then
    table.insert(listed, { id, value, redis.call('HGET', KEYS[2], id) or '' })
  elseif ageMs > rememberedMs then
    redis.call('HDEL', KEYS[1], id)
    redis.call('HDEL', KEYS[2], id)
    table.insert(forgotten, id)
  end
end
return { listed, forgotten }
`;

/**
 * ARGV: run id, wanted, longest silence in ms, 'first' (replies the ids reserved for the run) or
 * 'more' (those in addition to what it has), the key of shares with RUN for the run id, then label and
 * value of each label. What a worker still holds of a released run does not keep it busy.
 */
export const RESERVE = `${NOW_MS}
local runId, wanted, silenceMs, mode = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local function isEligible(value)
  local seenMs, json = string.match(value, '^(%d+) (.*)$')
  if nowMs - tonumber(seenMs) > silenceMs then return false end
  local heartbeat = cjson.decode(json)
  if heartbeat.state == 'draining' then return false end
  for _, share in ipairs(heartbeat.shares) do
    local key = string.gsub(ARGV[5], 'RUN', share.runId, 1)
    if redis.call('HEXISTS', key, '${RELEASED_FIELD}') == 0 then return false end
  end
  for i = 6, #ARGV, 2 do
    if heartbeat.labels[ARGV[i]] ~= ARGV[i + 1] then return false end
  end
  return true
end
local reservations = redis.call('HGETALL', KEYS[2])
local mine, taken = {}, {}
for i = 1, #reservations, 2 do
  taken[reservations[i]] = true
  if reservations[i + 1] == runId then table.insert(mine, reservations[i]) end
end
table.sort(mine)
if mode == 'first' and #mine > 0 then return mine end
local workers = redis.call('HGETALL', KEYS[1])
local free = {}
for i = 1, #workers, 2 do
  if not taken[workers[i]] and isEligible(workers[i + 1]) then table.insert(free, workers[i]) end
end
table.sort(free)
local chosen = {}
for i = 1, math.min(wanted, #free) do
  redis.call('HSET', KEYS[2], free[i], runId)
  table.insert(chosen, free[i])
end
return chosen
`;
