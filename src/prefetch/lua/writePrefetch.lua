-- Replaces the record of a campaign's prefetch, and with it blocks that belong to this step, if the
-- record is still the one that was read. It begins with its version in decimal and a line end.
--
-- KEYS[1] record   KEYS[2] set of prefetching campaigns   KEYS[3…] blocks
-- ARGV[1] version that was read, or ''   ARGV[2] record   ARGV[3] campaign id
-- ARGV[4] how long the record is kept (ms)   ARGV[5] how long the blocks are (ms)   ARGV[6…] blocks
-- returns 1 when written, else 0
local current = redis.call('GET', KEYS[1])
local version = current and string.match(current, '^(%d+)\n') or ''
if version ~= ARGV[1] then
  return 0
end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
for at = 3, #KEYS do
  redis.call('SET', KEYS[at], ARGV[at + 3], 'PX', ARGV[5])
end
return 1
