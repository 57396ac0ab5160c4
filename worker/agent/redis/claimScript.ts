import { RELEASED_FIELD, SERVER_RUN_ID } from "@onrush/shared/wire/redisKeys.ts";

/**
 * Claims a block of iterations; the same rules as `controller/platform/local/localClaims.ts`.
 * KEYS: the run's shares, the run's claims. ARGV: share, epoch, thread, request, want (-1 for all),
 * limit, parts, workload, life of the claims in ms. Replies the first number and how many, as text.
 * A share that is unknown though its run goes on was forgotten (Redis came back empty): that is an
 * error, to be asked again, because "none left" would end the share. Likewise claims that the run's
 * owner has not opened on this server: it may have come back without the latest of them.
 */
export const CLAIM = `${SERVER_RUN_ID}
local share, epoch, request = ARGV[1], ARGV[2], ARGV[4]
local caller = 'last:' .. share .. ':' .. epoch .. ':' .. ARGV[3]
local standing = redis.call('HGET', KEYS[1], share)
if not standing and not redis.call('HGET', KEYS[1], '${RELEASED_FIELD}') then
  return redis.error_reply('FORGOTTEN share ' .. share .. ' is not known, claim again')
end
if not standing or string.match(standing, '^%d+') ~= epoch then return { '0', '0' } end
if redis.call('HGET', KEYS[2], 'open') ~= server_run_id() then
  return redis.error_reply('FORGOTTEN claims of share ' .. share .. ' are not known, claim again')
end
local known = redis.call('HGET', KEYS[2], caller)
if known then
  local asked, first, count = string.match(known, '^(%d+) (%d+) (%d+)$')
  if asked == request then return { first, count } end
end
local want, limit, parts = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local field = 'next:' .. ARGV[8]
local first = tonumber(redis.call('HGET', KEYS[2], field) or '0')
local count = limit - first
if want >= 0 then
  count = math.min(count, want, math.max(1, math.ceil(count / (2 * parts))))
end
local firstText, countText = string.format('%.0f', first), string.format('%.0f', count)
redis.call('HSET', KEYS[2], field, string.format('%.0f', first + count))
redis.call('HINCRBY', KEYS[2], 'share:' .. share, countText)
redis.call('HSET', KEYS[2], caller, request .. ' ' .. firstText .. ' ' .. countText)
redis.call('PEXPIRE', KEYS[2], ARGV[9])
return { firstText, countText }
`;
