-- Replaces a chunk of rows that was read before, if it is still the one that was read. With rows that may be
-- released, the campaign counts one more erasure in the same moment: a feeder that has read the chunk before
-- finds another number there, and its rows are not accepted (src/notification/lua/accept.lua).
--
-- KEYS[1] hash of chunks   KEYS[2] counts
-- ARGV[1] field   ARGV[2] chunk that was read   ARGV[3] chunk   ARGV[4] '1' when its rows may be released
-- returns 1 when replaced, else 0
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
-- Counts that are gone must not come back in part.
if ARGV[4] == '1' and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HINCRBY', KEYS[2], 'erasures', 1)
end
return 1
