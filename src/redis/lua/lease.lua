-- Takes a lease, or renews it for its holder.
--
-- KEYS[1] lease   ARGV[1] holder   ARGV[2] milliseconds
-- returns 1 when ARGV[1] holds the lease now, else 0
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
