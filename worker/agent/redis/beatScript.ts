import { RELEASED_FIELD } from "@onrush/shared/wire/redisKeys.ts";

/**
 * A heartbeat and its answer in one round trip; only Redis' clock stamps it. KEYS: the hash of
 * workers, since when it has been kept, then shares, commands and lease of each run. ARGV: worker id,
 * heartbeat, then for each run the number of its share paths and the paths. Replies
 * {{standing or nil, …}, {command, …}, lease or nil, released or nil} per run.
 */
export const BEAT = `
local time = redis.call('TIME')
local nowMs = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], nowMs .. ' ' .. ARGV[2])
redis.call('SET', KEYS[2], nowMs, 'NX')
local reply, at = {}, 3
for key = 3, #KEYS, 3 do
  local standings = {}
  for i = at + 1, at + tonumber(ARGV[at]) do
    table.insert(standings, redis.call('HGET', KEYS[key], ARGV[i]))
  end
  at = at + tonumber(ARGV[at]) + 1
  local released = redis.call('HGET', KEYS[key], '${RELEASED_FIELD}')
  local commands, lease = redis.call('HVALS', KEYS[key + 1]), redis.call('GET', KEYS[key + 2])
  table.insert(reply, { standings, commands, lease, released })
end
return reply
`;

/** Stamps a worker as long unseen, so that controllers forget it with its queue; frees it at once. */
export const LEAVE = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value then redis.call('HSET', KEYS[1], ARGV[1], (string.gsub(value, '^%d+', '0', 1))) end
return redis.call('HDEL', KEYS[2], ARGV[1])
`;
