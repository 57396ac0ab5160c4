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

/**
 * ARGV: listed ms, remembered ms. Replies {{id, value, run or ''}, …}, {id to forget, …}. Whoever is
 * told of one to forget drops what is kept for it, then calls FORGET; a worker is told of again as
 * long after as it would be listed, for who was told may be gone.
 */
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
    local again = string.format('%.0f', nowMs - rememberedMs + listedMs)
    redis.call('HSET', KEYS[1], id, (string.gsub(value, '^%d+', again, 1)))
    table.insert(forgotten, id)
  end
end
return { listed, forgotten }
`;

/** ARGV: listed ms, worker id. Forgets a worker with its reservation, unless it was heard again. */
export const FORGET = `${NOW_MS}
local value = redis.call('HGET', KEYS[1], ARGV[2])
if not value or nowMs - tonumber(string.match(value, '^%d+')) <= tonumber(ARGV[1]) then return 0 end
redis.call('HDEL', KEYS[2], ARGV[2])
return redis.call('HDEL', KEYS[1], ARGV[2])
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
