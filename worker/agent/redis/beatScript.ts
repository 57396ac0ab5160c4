/**
 * A heartbeat and its answer in one round trip; only Redis' clock stamps it. KEYS: the hash of
 * workers, then shares and commands of each run. ARGV: worker id, heartbeat, then for each run the
 * number of its share paths and the paths. Replies {{standing or nil, …}, {command, …}} per run.
 */
export const BEAT = `
local time = redis.call('TIME')
local nowMs = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], nowMs .. ' ' .. ARGV[2])
local reply, at = {}, 3
for key = 2, #KEYS, 2 do
  local standings = {}
  for i = at + 1, at + tonumber(ARGV[at]) do
    table.insert(standings, redis.call('HGET', KEYS[key], ARGV[i]))
  end
  at = at + tonumber(ARGV[at]) + 1
  table.insert(reply, { standings, redis.call('HVALS', KEYS[key + 1]) })
end
return reply
`;

/** Stamps a worker as long unseen, so that controllers forget it with its queue; frees it at once. */
export const LEAVE = `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value then redis.call('HSET', KEYS[1], ARGV[1], (string.gsub(value, '^%d+', '0', 1))) end
return redis.call('HDEL', KEYS[2], ARGV[1])
`;
