-- Saves what an attempt has found out, as long as the request is kept: an attempt that was under way while its
-- person was erased must not write them down again.
--
-- KEYS[1] request   KEYS[2] checkpoint
-- ARGV[1] what was found, encrypted   ARGV[2] how long it is kept (ms)
-- returns 1 when saved, else 0
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
