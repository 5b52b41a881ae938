-- Notes how far the deliveries of an endpoint have come, and the attempts since the last note. An endpoint
-- that was deleted leaves nothing behind: a sender that does not know it yet writes nothing.
-- A Redis that is full refuses the first write, and so all of it: the sender then waits.
--
-- KEYS[1] hash of endpoints   KEYS[2] progress   KEYS[3] stream of attempts
-- ARGV[1] id   ARGV[2] progress, or '' to leave it   ARGV[3] most attempts that are kept
-- ARGV[4] time before which attempts are forgotten (epoch ms)   ARGV[5…] attempts
-- returns 1 when written, 0 when the endpoint is gone
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
if ARGV[2] ~= '' then
  redis.call('SET', KEYS[2], ARGV[2])
end
for i = 5, #ARGV do
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[3], '*', 'd', ARGV[i])
end
redis.call('XTRIM', KEYS[3], 'MINID', '~', ARGV[4])
return 1
