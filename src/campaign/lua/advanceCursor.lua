-- Notes that rows of a campaign have been released, if what was known of them is still as it was read:
-- the cursor, and which rows of one chunk are postponed. Rows whose id belongs to something else end as
-- failed in the same moment: once, by the process that has tried how often. After a cancel no row
-- waits: they have been counted as cancelled, and none is postponed any more.
--
-- KEYS[1] cursor   KEYS[2] counts   KEYS[3] postponed: chunk to bits   KEYS[4] chunk by when it is looked at
-- ARGV[1] where the cursor was read, or '' when it stays   ARGV[2] where it shall be
-- ARGV[3] rows whose id was taken
-- ARGV[4] the chunk, or '' when none of its rows is or was postponed   ARGV[5] its bits as they were read, or ''
-- ARGV[6] its bits as they shall be, or ''   ARGV[7] when they are looked at again (epoch ms)
-- returns 1 when written, else 0
if ARGV[1] ~= '' and tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[1]) then
  return 0
end
if ARGV[4] ~= '' and (redis.call('HGET', KEYS[3], ARGV[4]) or '') ~= ARGV[5] then
  return 0
end
local waiting = tonumber(redis.call('HGET', KEYS[2], 'waiting') or '0')
local taken = math.min(tonumber(ARGV[3]), waiting)
if taken > 0 then
  redis.call('HINCRBY', KEYS[2], 'waiting', -taken)
  redis.call('HINCRBY', KEYS[2], 'failed', taken)
  redis.call('HINCRBY', KEYS[2], 'failed:id_taken', taken)
end
if ARGV[4] ~= '' then
  -- Of a campaign that is over, a late process must leave nothing that is kept for ever.
  if ARGV[6] == '' or waiting - taken < 1 then
    redis.call('HDEL', KEYS[3], ARGV[4])
    redis.call('ZREM', KEYS[4], ARGV[4])
  else
    redis.call('HSET', KEYS[3], ARGV[4], ARGV[6])
    redis.call('ZADD', KEYS[4], ARGV[7], ARGV[4])
  end
end
if ARGV[1] ~= '' then
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
end
return 1
