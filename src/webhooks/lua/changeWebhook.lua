-- Writes an endpoint, if it is still the one that was read. A command that is sent twice finds what it has
-- written itself (each text has random bytes of its own, those of its encrypted secrets) and has succeeded.
--
-- KEYS[1] hash of endpoints
-- ARGV[1] id   ARGV[2] text that was read, or '' to create   ARGV[3] text   ARGV[4] the most endpoints
-- returns 1 when written, 2 when there are too many, else 0
local current = redis.call('HGET', KEYS[1], ARGV[1])
if current == ARGV[3] then
  return 1
end
if (current or '') ~= ARGV[2] then
  return 0
end
if not current and redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then
  return 2
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
