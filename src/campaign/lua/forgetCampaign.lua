-- Deletes a campaign's record, if it is still the one that was read. Only for one without rows: nothing
-- else of it is there yet.
--
-- KEYS[1] record   KEYS[2] campaigns   KEYS[3] agenda
-- ARGV[1] id   ARGV[2] tag that was read
-- returns 1 when deleted, else 0
local current = redis.call('GET', KEYS[1])
if not current or string.sub(current, 1, 8) ~= ARGV[2] then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
