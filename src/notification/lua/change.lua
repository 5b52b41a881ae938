-- Replaces a record, if it is still the one that was read. The first 8 bytes of a record are a tag
-- that every write renews; two writers that read the same record cannot both succeed.
--
-- A writer whose connection broke sends its command again. The second time the record carries the
-- writer's own new tag: that write succeeded and is answered so. Without this, a worker would take
-- its own intent for another's.
--
-- KEYS[1] record   KEYS[2] request   KEYS[3] checkpoint   KEYS[4] due   KEYS[5] unknown
-- KEYS[6] paused   KEYS[7] stream of outcomes   KEYS[8] feed
-- of a campaign's row also: KEYS[9] counts   KEYS[10] live   KEYS[11] halt
-- then what consent is looked up by, where it is: of an intent the bucket of the suppression list for
-- each digest of an address, and the places of the cap for each address and key of the secret; else the
-- places that are given back or taken again
-- then a list of the search index for each of its new entries
-- where news of a sent message begins or ends to be awaited, four: awaited, undelivered, the message's
-- entry, the mark of an event that came early
-- where the time changes at which the platform is asked about an unknown one, as the last one: looks
-- ARGV[1] id   ARGV[2] tag that was read   ARGV[3] record (new tag + packed)
-- ARGV[4] next check (epoch ms) or ''
-- ARGV[5] '' while it lives; once settled, how long the record stays (ms)
-- ARGV[6] how long the request stays once settled (ms)
-- ARGV[7] since when it waits for a person as `unknown` (epoch ms), or ''
-- ARGV[8] 'send' when it must not be written while sending is paused or the campaign is halted,
--         'attempt' when it must not be while the campaign is halted, else ''
-- of a campaign's row also:
-- ARGV[9] row number   ARGV[10] when the row was released (epoch ms)   ARGV[11] what it counted as
-- ARGV[12] what it counts as now   ARGV[13] '1' when it is live now, else ''
-- ARGV[14] and ARGV[15] the same by reason: the field it was counted in and the one it counts in now,
-- '' where only the state is counted
-- ARGV[16] 'awaited' when news of a sent message is awaited from now on, 'over' when no longer, else ''
-- ARGV[17] from when on to ask about it (epoch ms)   ARGV[18] when it was sent (epoch ms)
-- ARGV[19] how long its entry by message id stays (ms), or '' for a message without an entry
-- ARGV[20] when lists of the search index expire (epoch ms)   ARGV[21] how many entries are new
-- ARGV[22] how many events the stream may hold, or '' when this is no outcome
-- ARGV[23] to ARGV[27] the event: id, state, reason, channel, campaign
-- then the entries
-- then when the platform is asked about it (epoch ms), 'over' when no longer, '' where that has not changed
-- then about consent (src/notification/intentConsent.ts): 'check' of an intent, 'give' or 'take' of places;
-- the member of this notification among places; when it takes or took them (epoch ms); the span of the cap (ms)
-- of 'give' and 'take': how many places
-- of 'check': how many digests; the bit of the channel; how many addresses have places, and under how
-- many keys each, 0 where there is no cap; how many places there are; then the field of each digest in its bucket
-- then how many events the feed may hold, or '' where another process sees to that; its new events; how many
-- these are
-- returns 1 when written, 2 when sending is paused, 3 when the campaign is paused, 4 when it is
-- cancelled, 5 when an address is suppressed, 6 when one has no place left, 7 when the request is not kept
-- any more, else the record that is there, or false when there is none
local current = redis.call('GET', KEYS[1])
if not current then
  return false
end
local tag = string.sub(current, 1, 8)
if tag == string.sub(ARGV[3], 1, 8) then
  return 1
end
if tag ~= ARGV[2] then
  return current
end
local isRow = ARGV[9] ~= ''
-- Asked here and not before the script: a pause may come between question and intent.
if ARGV[8] == 'send' and redis.call('EXISTS', KEYS[6]) == 1 then
  return 2
end
if ARGV[8] ~= '' and isRow then
  local halt = redis.call('GET', KEYS[11])
  if halt then
    return halt == 'cancelled' and 4 or 3
  end
end
-- An error while it looks ends the script before anything is written: what cannot be read lets nothing out.
local entries = tonumber(ARGV[21])
local look = ARGV[28 + entries]
local about = 28 + entries
local events = tonumber(ARGV[#ARGV])
local most = #ARGV - events - 1
local consent = about + 1 < most and ARGV[about + 1] or nil
local member = ARGV[about + 2]
local first = isRow and 11 or 8
local addresses, perAddress = 0, 1
local since, span = tonumber(ARGV[about + 3]), tonumber(ARGV[about + 4])
if consent == 'check' then
  -- Its person was erased, and the attempt has in memory what is not kept any more.
  if redis.call('EXISTS', KEYS[2]) == 0 then
    return 7
  end
  local digests, channel = tonumber(ARGV[about + 5]), tonumber(ARGV[about + 6])
  for digest = 1, digests do
    local entry = redis.call('HGET', KEYS[first + digest], ARGV[about + 9 + digest])
    if entry then
      local channels, _, _, _, _, _, a, b, c, d = string.byte(entry, 1, 10)
      -- One that is too short is damaged, and stops everything.
      local ends = d and ((a * 256 + b) * 256 + c) * 256 + d or 0
      local counts = not d or bit.band(channels, channel) ~= 0
      if counts and (ends == 0 or ends * 1000 > since) then
        return 5
      end
    end
  end
  first = first + digests
  addresses, perAddress = tonumber(ARGV[about + 7]), tonumber(ARGV[about + 8])
  local places = tonumber(ARGV[about + 9])
  for address = 1, addresses do
    local taken = 0
    for key = 1, perAddress do
      local place = KEYS[first + (address - 1) * perAddress + key]
      -- One that this notification has already is its own.
      for _, other in ipairs(redis.call('ZRANGEBYSCORE', place, '(' .. (since - span), '+inf')) do
        if other ~= member then
          taken = taken + 1
        end
      end
    end
    if taken >= places then
      return 6
    end
  end
elseif consent then
  addresses = tonumber(ARGV[about + 5])
end
-- No change without its event and no event without its change. The events come right before the record: where
-- they are refused, nothing of the change is written and the writer hears so (of an end the checkpoint is gone by
-- then; what was found is looked up again); once they stand, nothing can refuse the record. Unlike the lists of a search they are not passed over: a key of the feed that is damaged stops all
-- changes, loudly.
local function tell()
  for event = most + 1, most + events do
    if ARGV[most] == '' then
      redis.call('XADD', KEYS[8], '*', 'e', ARGV[event])
    else
      redis.call('XADD', KEYS[8], 'MAXLEN', '~', ARGV[most], '*', 'e', ARGV[event])
    end
  end
end
if ARGV[5] == '' then
  tell()
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('PERSIST', KEYS[2])
else
  -- What frees memory comes first. A full Redis refuses the first write of a script if it could take
  -- memory, and none after one that it has allowed: so an end can be written down even then.
  redis.call('DEL', KEYS[3])
  tell()
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[5])
end
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[4], ARGV[1])
else
  redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
end
if ARGV[7] == '' then
  redis.call('ZREM', KEYS[5], ARGV[1])
else
  redis.call('ZADD', KEYS[5], ARGV[7], ARGV[1])
end
if isRow then
  -- Counts that are gone must not come back in part; and those of a later campaign of the same name
  -- know nothing of this row.
  local since = redis.call('HGET', KEYS[9], 'since')
  if since and tonumber(since) <= tonumber(ARGV[10]) then
    if ARGV[11] ~= ARGV[12] then
      redis.call('HINCRBY', KEYS[9], ARGV[11], -1)
      redis.call('HINCRBY', KEYS[9], ARGV[12], 1)
    end
    if ARGV[14] ~= ARGV[15] then
      -- A version before this one has counted rows without their reason: those are not taken off.
      if ARGV[14] ~= '' and tonumber(redis.call('HGET', KEYS[9], ARGV[14]) or '0') > 0 then
        redis.call('HINCRBY', KEYS[9], ARGV[14], -1)
      end
      if ARGV[15] ~= '' then
        redis.call('HINCRBY', KEYS[9], ARGV[15], 1)
      end
    end
    if ARGV[13] == '1' then
      redis.call('SADD', KEYS[10], ARGV[9])
    else
      redis.call('SREM', KEYS[10], ARGV[9])
    end
  end
end
-- Whatever is wrong with a list of places, the record is written by now and its writer must hear so.
for address = 1, addresses do
  local place = KEYS[first + (address - 1) * perAddress + 1]
  if consent == 'give' then
    redis.pcall('ZREM', place, member)
  else
    redis.pcall('ZREMRANGEBYSCORE', place, '-inf', since - span)
    redis.pcall('ZADD', place, since, member)
    redis.pcall('PEXPIRE', place, span)
  end
end
if look == 'over' then
  redis.call('ZREM', KEYS[#KEYS], ARGV[1])
elseif look ~= '' then
  redis.call('ZADD', KEYS[#KEYS], look, ARGV[1])
end
local last = #KEYS - (look == '' and 0 or 1)
-- The entry is made and the mark is looked at in one moment, as a listener does the reverse
-- (src/delivery/lua/hear.lua): an event is lost by neither, whichever comes first.
if ARGV[16] == 'awaited' then
  local awaited, undelivered, entry, early = unpack(KEYS, last - 3, last)
  redis.call('ZADD', awaited, ARGV[17], ARGV[1])
  if ARGV[19] ~= '' then
    redis.call('SET', entry, ARGV[1], 'PX', ARGV[19])
    if redis.call('EXISTS', early) == 1 then
      redis.call('ZADD', undelivered, ARGV[18], ARGV[1])
    end
  end
elseif ARGV[16] == 'over' then
  local awaited, undelivered, entry = unpack(KEYS, last - 3, last)
  redis.call('ZREM', awaited, ARGV[1])
  redis.call('ZREM', undelivered, ARGV[1])
  redis.call('DEL', entry)
end
-- What is only searched comes last, and an error is passed over: a damaged list must not keep a
-- notification from being sent, nor make its worker believe that the record was not written.
local before = last - entries - (ARGV[16] == '' and 0 or 4)
for entry = 1, entries do
  local list = KEYS[before + entry]
  if redis.pcall('RPUSH', list, ARGV[27 + entry]) == 1 then
    redis.pcall('PEXPIREAT', list, ARGV[20])
  end
end
if ARGV[22] ~= '' then
  redis.pcall('XADD', KEYS[7], 'MAXLEN', '~', ARGV[22], '*', 'i', ARGV[23], 's', ARGV[24],
    'r', ARGV[25], 'c', ARGV[26], 'k', ARGV[27])
end
return 1
