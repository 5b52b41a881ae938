-- Accepts notifications, each unless its id is already known. Record, request and the sweeper's note
-- of one appear together or not at all: from here on it cannot be forgotten. Many are taken at once,
-- since for so little work the call itself is what costs.
--
-- A row of a campaign leaves the waiting ones in the same moment, and is not accepted when the
-- campaign is halted or none wait: a feeder that was frozen may come back when everything is over. Nor is it
-- when rows of the campaign were erased since it was read: it may be one of them (src/campaign/erasedRows.ts).
--
-- The feed gets its event with each. It is added right before the record: were it refused, the record would
-- not be there either, and once it stands, nothing can refuse the record.
--
-- KEYS[1] due   KEYS[2] feed, then of each notification: record, request, and a list of the search index for
-- each of its entries; at the end, when they are rows of one campaign: counts, live, halt
-- ARGV[1] '', or how many erasures the campaign had counted when its rows were read   ARGV[2] when those lists expire (epoch ms)
-- ARGV[3] how many events the feed may hold, or '' where another process sees to that
-- then ARGV of each notification: id, record (tag + packed), request, next check (epoch ms), row
-- number or '', its event, how many entries, the entries
-- returns of each: false when accepted, the record that is already there, or 0 when the row must not
-- be released
local are_rows = ARGV[1] ~= ''
local counts, live, halt = KEYS[#KEYS - 2], KEYS[#KEYS - 1], KEYS[#KEYS]
local halted = are_rows and (redis.call('EXISTS', halt) == 1
  or (redis.call('HGET', counts, 'erasures') or '0') ~= ARGV[1])
local waiting = are_rows and tonumber(redis.call('HGET', counts, 'waiting') or '0') or 0
local answers = {}
local at, key, argument = 0, 3, 4
while argument <= #ARGV do
  at = at + 1
  local record, request = KEYS[key], KEYS[key + 1]
  local id, packed, asked, check, row, event = unpack(ARGV, argument, argument + 5)
  local entries = tonumber(ARGV[argument + 6])
  local known = redis.call('GET', record)
  if known then
    answers[at] = known
  elseif are_rows and (halted or waiting < 1) then
    answers[at] = 0
  else
    -- The note first: a script that breaks off is not rolled back, and a note without a record is
    -- harmless, while a record without a note is forgotten.
    redis.call('ZADD', KEYS[1], check, id)
    if ARGV[3] == '' then
      redis.call('XADD', KEYS[2], '*', 'e', event)
    else
      redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'e', event)
    end
    redis.call('SET', record, packed)
    redis.call('SET', request, asked)
    if are_rows then
      waiting = waiting - 1
      redis.call('HINCRBY', counts, 'waiting', -1)
      redis.call('HINCRBY', counts, 'accepted', 1)
      redis.call('SADD', live, row)
    end
    -- Last, and an error is passed over: a search that does not find it must not keep it from being
    -- accepted.
    for entry = 1, entries do
      local list = KEYS[key + 1 + entry]
      if redis.pcall('RPUSH', list, ARGV[argument + 6 + entry]) == 1 then
        redis.pcall('PEXPIREAT', list, ARGV[2])
      end
    end
    answers[at] = false
  end
  key = key + 2 + entries
  argument = argument + 7 + entries
end
return answers
