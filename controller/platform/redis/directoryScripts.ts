/**
 * The directory's rules, run by Redis so that each is atomic and judged by its clock alone.
 * KEYS[1] is the hash of workers, KEYS[2] that of reservations. A value of the first begins with
 * the millisecond of the last heartbeat, 0 when the worker has left. The beat's own script is
 * `worker/agent/redis/beatScript.ts`.
 */

const NOW_MS = `
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

/** ARGV: run id, wanted, longest silence in ms. Replies the ids reserved for the run. */
export const RESERVE = `${NOW_MS}
local runId, wanted, silenceMs = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local reservations = redis.call('HGETALL', KEYS[2])
local mine, taken = {}, {}
for i = 1, #reservations, 2 do
  taken[reservations[i]] = true
  if reservations[i + 1] == runId then table.insert(mine, reservations[i]) end
end
table.sort(mine)
if #mine > 0 then return mine end
local workers = redis.call('HGETALL', KEYS[1])
local free = {}
for i = 1, #workers, 2 do
  local seenMs, heartbeat = string.match(workers[i + 1], '^(%d+) (.*)$')
  if not taken[workers[i]] and nowMs - tonumber(seenMs) <= silenceMs
    and cjson.decode(heartbeat).state ~= 'draining' then
    table.insert(free, workers[i])
  end
end
table.sort(free)
local chosen = {}
for i = 1, math.min(wanted, #free) do
  redis.call('HSET', KEYS[2], free[i], runId)
  table.insert(chosen, free[i])
end
return chosen
`;

/** KEYS[3] to KEYS[5]: the run's shares, commands and claims. ARGV: run id. */
export const RELEASE = `
local reservations = redis.call('HGETALL', KEYS[2])
for i = 1, #reservations, 2 do
  if reservations[i + 1] == ARGV[1] then redis.call('HDEL', KEYS[2], reservations[i]) end
end
return redis.call('DEL', KEYS[3], KEYS[4], KEYS[5])
`;

/** KEYS[1]: the run's shares. ARGV: their life in ms, then path and value of each. */
export const SET_SHARES = `
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
`;
