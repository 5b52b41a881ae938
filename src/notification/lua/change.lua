-- Replaces a record, if it is still the one that was read. The first 8 bytes of a record are a tag
-- that every write renews; two writers that read the same record cannot both succeed.
--
-- A writer whose connection broke sends its command again. The second time the record carries the
-- writer's own new tag: that write succeeded and is answered so. Without this, a worker would take
-- its own intent for somebody else's.
--
-- KEYS[1] record   KEYS[2] request   KEYS[3] checkpoint   KEYS[4] due   KEYS[5] unknown
-- KEYS[6] paused
-- ARGV[1] id   ARGV[2] tag that was read   ARGV[3] record (new tag + packed)
-- ARGV[4] next check (epoch ms) or ''
-- ARGV[5] '' while it lives; once settled, how long the record stays (ms)
-- ARGV[6] how long the request stays once settled (ms)
-- ARGV[7] since when it waits for a person as `unknown` (epoch ms), or ''
-- ARGV[8] '1' when it must not be written while sending is paused, else ''
-- returns 1 when written, 2 when sending is paused, else the record that is there, or false when
-- there is none
local current = redis.call('GET', KEYS[1])
if not current then
  return false
end
local tag = string.sub(current, 1, 8)
if tag == string.sub(ARGV[3], 1, 8) then
  return 1
end
if tag ~= ARGV[2] then
  return current
end
-- Asked here and not before the script: between question and intent, somebody could pause.
if ARGV[8] == '1' and redis.call('EXISTS', KEYS[6]) == 1 then
  return 2
end
if ARGV[5] == '' then
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('PERSIST', KEYS[2])
else
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('DEL', KEYS[3])
end
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[4], ARGV[1])
else
  redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
end
if ARGV[7] == '' then
  redis.call('ZREM', KEYS[5], ARGV[1])
else
  redis.call('ZADD', KEYS[5], ARGV[7], ARGV[1])
end
return 1
