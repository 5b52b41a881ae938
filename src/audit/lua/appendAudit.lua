-- Appends entries to the audit, if its newest entry is still the one that they were chained to. Entries
-- are never changed. Those go that are older than the retention, or too many.
--
-- A Redis that is full refuses the first write of a script if it could take memory, and no write after one
-- that it has allowed: DEL takes none, so sending can be paused even then, and the pause has its entry.
--
-- KEYS[1] audit, a stream   KEYS[2] head: number, time and code of the newest entry
-- ARGV[1] the head that is expected; empty for none   ARGV[2] the new head
-- ARGV[3] entries from before this time (epoch ms) go   ARGV[4] at most so many stay
-- ARGV[5], ARGV[6], … an entry as JSON, and the code over it
-- Answers false when they were appended, and else the head as it is.
local head = redis.call('GET', KEYS[2]) or ''
if head ~= ARGV[1] then
  return head
end
redis.call('DEL', KEYS[2])
-- Before the new entries are there: a clock that is ahead would remove them, too.
redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[3])
redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[4])
for at = 5, #ARGV, 2 do
  redis.call('XADD', KEYS[1], '*', 'e', ARGV[at], 'm', ARGV[at + 1])
end
redis.call('SET', KEYS[2], ARGV[2])
return false
