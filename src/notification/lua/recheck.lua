-- Notes when to look at a notification next, the sweeper or the process that asks the platform about it, if its record is still the one that was looked at. A
-- note made upon an older reading could erase the one that a retry has just written.
--
-- KEYS[1] record   KEYS[2] due, or looks
-- ARGV[1] id   ARGV[2] tag that was read, or '' for no record   ARGV[3] next check (epoch ms) or ''
-- returns 1 when noted, else 0
local current = redis.call('GET', KEYS[1])
local tag = current and string.sub(current, 1, 8) or ''
if tag ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('ZREM', KEYS[2], ARGV[1])
else
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
end
return 1
