-- Reads what a campaign's rows count as, at one moment. A script, since a full Redis refuses a
-- transaction even if it only reads.
--
-- KEYS[1] counts   KEYS[2] live
-- returns the counts (field, value, …) and how many rows are live
return { redis.call('HGETALL', KEYS[1]), redis.call('SCARD', KEYS[2]) }
