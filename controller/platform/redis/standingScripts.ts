import { RELEASED_FIELD, SERVER_RUN_ID, TOKEN_FIELD } from "@onrush/shared/wire/redisKeys.ts";
import { NOW_MS } from "./directoryScripts.ts";

/**
 * The directory's rules for shares, each atomic. KEYS[1] is the hash of the run's shares: path to
 * `<epoch>:<acked seq>`, with the highest token of the run's owners beside them.
 */

/**
 * `admits(token, lifeMs)` records the token unless a higher one is known. The token that released
 * a run is over as well: what its owner writes late must not bring the run's shares back.
 */
const ADMITS = `
local function admits(token, lifeMs)
  local known = redis.call('HMGET', KEYS[1], '${TOKEN_FIELD}', '${RELEASED_FIELD}')
  local highest = tonumber(known[1] or '0')
  if tonumber(token) < highest then return false end
  if known[2] and tonumber(token) == highest then return false end
  redis.call('HDEL', KEYS[1], '${RELEASED_FIELD}')
  redis.call('HSET', KEYS[1], '${TOKEN_FIELD}', token)
  redis.call('PEXPIRE', KEYS[1], lifeMs)
  return true
end
`;

const RECORD = `
local function record(path, epoch, ackedSeq)
  local known = redis.call('HGET', KEYS[1], path)
  if known then
    local knownEpoch, knownSeq = string.match(known, '^(%d+):(%d+)$')
    local ahead = tonumber(epoch) - tonumber(knownEpoch)
    if ahead < 0 or (ahead == 0 and tonumber(ackedSeq) < tonumber(knownSeq)) then return end
  end
  redis.call('HSET', KEYS[1], path, epoch .. ':' .. ackedSeq)
end
`;

/** ARGV: token, life in ms, then path, epoch and acked seq of each. Replies 1 when recorded. */
export const SET_SHARES = `${ADMITS}${RECORD}
if not admits(ARGV[1], ARGV[2]) then return 0 end
for i = 3, #ARGV, 3 do record(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
return 1
`;

/**
 * KEYS[2], KEYS[3]: the hash of workers, and since when it has been kept. ARGV: token, life in ms,
 * longest silence in ms, then path, worker id and epoch of each. Replies {ms of the clock, {path, …}}.
 * A share that was fenced already is answered again, whoever was heard since: the first answer may
 * have been lost.
 * A worker that the hash does not know was heard at most just before the hash began.
 */
export const FENCE = `${NOW_MS}${ADMITS}
local silenceMs, fenced = tonumber(ARGV[3]), {}
if not admits(ARGV[1], ARGV[2]) then return { nowMs, fenced } end
redis.call('SET', KEYS[3], string.format('%.0f', nowMs), 'NX')
local sinceMs = redis.call('GET', KEYS[3])
for i = 4, #ARGV, 3 do
  local path, epoch = ARGV[i], ARGV[i + 2]
  local known = redis.call('HGET', KEYS[1], path)
  local heartbeat = redis.call('HGET', KEYS[2], ARGV[i + 1])
  local seenMs = heartbeat and string.match(heartbeat, '^%d+') or sinceMs
  local current = known and tonumber(string.match(known, '^%d+')) or tonumber(epoch)
  local ahead = current - tonumber(epoch)
  if ahead == 1 then
    table.insert(fenced, path)
  elseif ahead == 0 and nowMs - tonumber(seenMs) > silenceMs then
    redis.call('HSET', KEYS[1], path, string.format('%.0f:0', current + 1))
    table.insert(fenced, path)
  end
end
return { nowMs, fenced }
`;

/**
 * KEYS[2], KEYS[3]: reservations, the run's claims. ARGV: run id, token, life in ms, then three
 * lists, each behind the number of its arguments: worker ids; path, epoch and acked seq of shares;
 * 'open' with fields and values of the claims, of which the higher number stays (of answers: the
 * later request), or nothing.
 */
export const RESTORE = `${SERVER_RUN_ID}${ADMITS}${RECORD}
if not admits(ARGV[2], ARGV[3]) then return 0 end
local workersEnd = 4 + tonumber(ARGV[4])
for i = 5, workersEnd do redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[1]) end
local sharesEnd = workersEnd + 1 + tonumber(ARGV[workersEnd + 1])
for i = workersEnd + 2, sharesEnd, 3 do record(ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
local function leading(text) return tonumber(string.match(text, '^%d+')) end
if ARGV[sharesEnd + 2] ~= 'open' then return 1 end
for i = sharesEnd + 3, #ARGV, 2 do
  local known = redis.call('HGET', KEYS[3], ARGV[i])
  if not known or leading(known) < leading(ARGV[i + 1]) then
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  end
end
redis.call('HSET', KEYS[3], 'open', server_run_id())
redis.call('PEXPIRE', KEYS[3], ARGV[3])
return 1
`;

/** KEYS[1]: the run's claims. Replies its fields and values, or nil when they are not open. */
export const CLAIMS = `${SERVER_RUN_ID}
if redis.call('HGET', KEYS[1], 'open') ~= server_run_id() then return false end
return redis.call('HGETALL', KEYS[1])
`;

/**
 * KEYS[2]: reservations; all other keys are deleted. ARGV: run id, life of the tombstone in ms, for
 * which the run is known as released.
 */
export const RELEASE = `
local reservations = redis.call('HGETALL', KEYS[2])
for i = 1, #reservations, 2 do
  if reservations[i + 1] == ARGV[1] then redis.call('HDEL', KEYS[2], reservations[i]) end
end
local token = redis.call('HGET', KEYS[1], '${TOKEN_FIELD}') or '0'
redis.call('DEL', KEYS[1], unpack(KEYS, 3))
redis.call('HSET', KEYS[1], '${TOKEN_FIELD}', token, '${RELEASED_FIELD}', '1')
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;
