-- Notes that a campaign's rows up to a place have been released, if the cursor is still where it was
-- read. Rows whose id belongs to something else end as failed in the same moment: once, by the process that has
-- tried how often. After a cancel they no longer wait, and have been counted as cancelled.
--
-- KEYS[1] cursor   KEYS[2] counts
-- ARGV[1] where it was read   ARGV[2] where it shall be   ARGV[3] rows whose id was taken
-- returns 1 when moved, else 0
if tonumber(redis.call('GET', KEYS[1]) or '0') ~= tonumber(ARGV[1]) then
  return 0
end
local waiting = tonumber(redis.call('HGET', KEYS[2], 'waiting') or '0')
local taken = math.min(tonumber(ARGV[3]), waiting)
if taken > 0 then
  redis.call('HINCRBY', KEYS[2], 'waiting', -taken)
  redis.call('HINCRBY', KEYS[2], 'failed', taken)
  redis.call('HINCRBY', KEYS[2], 'failed:id_taken', taken)
end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
