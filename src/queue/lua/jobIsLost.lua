-- Whether a job has its data and stands in no list of its queue: no worker will ever take it. One that
-- a worker holds the lock of is not lost, wherever it stands.
--
-- KEYS[1] job   KEYS[2] lock   KEYS[3] active   KEYS[4] wait   KEYS[5] paused   KEYS[6] delayed
-- KEYS[7] prioritized   KEYS[8] completed   KEYS[9] failed   KEYS[10] waiting-children
-- ARGV[1] job id
-- returns 1 when it is lost, else 0
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
for at = 6, 10 do
  if redis.call('ZSCORE', KEYS[at], ARGV[1]) then
    return 0
  end
end
-- The long lists last: these are searched from end to end.
for at = 3, 5 do
  if redis.call('LPOS', KEYS[at], ARGV[1]) then
    return 0
  end
end
return 1
