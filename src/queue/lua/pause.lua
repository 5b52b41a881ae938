-- Writes the pause. A Redis that is full refuses the first write of a script if it could take memory,
-- and no write after one that it has allowed: DEL takes none, and so sending can be paused even then.
--
-- KEYS[1] paused   ARGV[1] who, why and since when, as JSON
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[1], ARGV[1])
return 1
