-- Takes note of a 429, and lowers the pace if they keep coming. All that are answered while the
-- platform's pause lasts are one occurrence: the requests on the wire when it began.
--
-- KEYS[1] budget (hash)
-- ARGV[1] the pause the platform asked for   ARGV[2] how long an occurrence is remembered
-- ARGV[3] factor, in thousandths   ARGV[4] lowest pace, in thousandths
-- ARGV[5] pace regained per microsecond, in thousandths   (times in microseconds)
-- ARGV[6] how long nothing of this need be remembered by (ms), counted from the end of the pause
-- returns {pace before, pace now}, in thousandths
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local kept = redis.call('HMGET', KEYS[1], 'pace', 'pacedAt', 'limitedUntil')
local before = 1000
if kept[1] then
  before = math.min(1000, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * tonumber(ARGV[5]))
end
local limited_until = tonumber(kept[3]) or 0
local ends = now + tonumber(ARGV[1])
redis.call('HSET', KEYS[1], 'limitedUntil', string.format('%.0f', math.max(ends, limited_until)))
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[6]) + math.ceil(tonumber(ARGV[1]) / 1000))
if limited_until == 0 or now < limited_until or now - limited_until > tonumber(ARGV[2]) then
  return {math.floor(before), math.floor(before)}
end
local pace = math.max(tonumber(ARGV[4]), before * tonumber(ARGV[3]) / 1000)
-- Regained from the end of the pause on: while nothing is sent, nothing is learned.
redis.call('HSET', KEYS[1], 'pace', tostring(pace), 'pacedAt', string.format('%.0f', ends))
return {math.floor(before), math.floor(pace)}
