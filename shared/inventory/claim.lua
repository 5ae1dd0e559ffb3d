-- Decides a batch of entries in their order: the best seats while there are enough, else standby, else sold out.
-- A batch is decided once: when it comes again it gets the same reply while that is remembered, and 'decided_before'
-- afterwards. A buyer with a live hold, a paid order or a place in standby keeps it: the new entry is a duplicate.
-- An entry that was accepted before closing and is decided after it may still get free seats, but no place in standby.
-- In a drop that is over every entry is sold out.
--
-- ARGV  1 batch id   2 entries 'buyer:quantity,...'
--       3 '1' if other partitions may have seats to lend: then nothing is decided while there are too few here
--       4 'CHANNEL.NUMBER': the publisher's channel that the batch was sent on, and its number among the batches for
--         this partition on that channel; followed by '.late' if it was sent again by hand, out of its turn.
--         '' for a batch from before batches had numbers, or whose number was lost: it is recognized by its id alone,
--         while its reply is remembered
--       5 the batch before this one, which must be decided already; '' if it does not matter
--       6 argument 4 of that batch
-- reply {'not_stocked'}
--       {'out_of_turn'}: the batch before has not been decided, so nothing was
--       {'decided_before', holdMs, 'hold|expiresAt'...}: it was decided, and the reply is forgotten; with those of its
--         holds that are still in state held
--       {'promoting'}: free seats go to standby first; holds were given to it, and more remain: ask again
--       {'short', seats missing, partitions of the drop}
--       {'decided', 'now|expiresAt|outcome,outcome,...|version', 'over' if it is over} in the order of the entries:
--         'h' seats        held, seats joined by '+'
--         's' position     in standby, 1 is next
--         'x' count        this many entries in a row are sold out
--         'l' until        refused until then (ms): holds of this buyer lapsed
--         'd' state entry  a duplicate; state as in `entries` (prelude), entry the one that counts
if not meta then return { 'not_stocked' } end
local batch, packed, mayBorrow = ARGV[1], ARGV[2], ARGV[3] == '1'

-- An entry's id is the batch's id and the entry's index in it, in base 36; publisher and consumer count the same way.
local digits = '0123456789abcdefghijklmnopqrstuvwxyz'
local function entryId(i)
  local text, rest = '', i - 1
  repeat
    local digit = rest % 36
    text = digits:sub(digit + 1, digit + 1) .. text
    rest = (rest - digit) / 36
  until rest == 0
  return batch .. '-' .. text
end

local known = redis.call('HGET', BATCHES, batch)
local over = meta.isOver and 'over' or nil
if known then return { 'decided', known, over } end

-- The highest number of a channel that was decided; and the range of skipped numbers that `number` is in, nil if none.
local function highestOf(channel)
  return tonumber(redis.call('HGET', SENT, channel) or '0')
end
local function rangeOf(channel, number)
  local range = redis.call('ZRANGE', SKIPPED, string.format('[%s.%015d', channel, number), '(' .. channel .. '/',
    'BYLEX', 'LIMIT', 0, 1)[1]
  if not range then return nil end
  local to, from = range:match('%.(%d+)%.(%d+)$')
  if tonumber(from) > number then return nil end
  return range, tonumber(from), tonumber(to)
end
local function skip(channel, from, to)
  if from <= to then redis.call('ZADD', SKIPPED, 0, string.format('%s.%015d.%d', channel, to, from)) end
end
local function numberIn(sent)
  local channel, number = (sent or ''):match('^([^.]+)%.(%d+)')
  return channel, tonumber(number)
end

local channel, number = numberIn(ARGV[4])
local highest = channel and highestOf(channel)
if channel and number <= highest and not rangeOf(channel, number) then
  local own, ids = { 'decided_before', meta.holdMs }, {}
  for i = 1, select(2, packed:gsub(':', '')) do ids[i] = entryId(i) end
  local records = redis.call('HMGET', HOLDS, unpack(ids))
  for i, id in ipairs(ids) do
    local expiresAt = records[i] and records[i]:match('^h|%d+|(%d+)')
    if expiresAt then own[#own + 1] = id .. '|' .. expiresAt end
  end
  return own
end

if (ARGV[5] or '') ~= '' and redis.call('HEXISTS', BATCHES, ARGV[5]) == 0 then
  local before, nth = numberIn(ARGV[6])
  if not before or nth > highestOf(before) or rangeOf(before, nth) then return { 'out_of_turn' } end
end

local standby = redis.call('ZCARD', STANDBY)
if standby > 0 and meta.free > 0 then
  local promoted, more = promote()
  if #promoted > 0 then save() end
  if more then return { 'promoting' } end
  standby = standby - #promoted
end

-- Only a few different quantities occur, so each is parsed once.
local numberOf = made(tonumber)
local buyers, quantities, count = {}, {}, 0
for buyer, quantity in packed:gmatch('(%d+):(%d+)') do
  count = count + 1
  buyers[count] = buyer
  quantities[count] = numberOf[quantity]
end

local states = redis.call('HMGET', ENTRIES, unpack(buyers))

-- Whether a buyer in this state may enter again.
local function isOver(state)
  return not state or state:find('^[RL]') ~= nil
end

local refusedUntil = {} -- index in the batch -> until when (ms) it is refused, because the buyer's holds lapsed
if redis.call('EXISTS', LAPSES) == 1 then
  for i, lapses in ipairs(redis.call('HMGET', LAPSES, unpack(buyers))) do
    local till = lapses and lapses:match('%d+$')
    if till and tonumber(till) > now then refusedUntil[i] = till end
  end
end

if mayBorrow and meta.partitions > 1 and meta.status == 'open' then
  local wanted = 0
  for i = 1, count do
    if isOver(states[i]) and not refusedUntil[i] then wanted = wanted + quantities[i] end
  end
  if wanted > meta.free then return { 'short', wanted - meta.free, meta.partitions } end
end

local latest = {} -- buyer -> state, where this batch changed it
local outcomes, told = {}, 0
local losers, inARow = { n = 0 }, 0

local function lose(buyer, hadState)
  add(losers, 'SET', 'u1')
  add(losers, soldOutBit(buyer), '1')
  if hadState then redis.call('HDEL', ENTRIES, buyer) end
  inARow = inARow + 1
end

local function tell(outcome)
  if inARow > 0 then
    told = told + 1
    outcomes[told] = 'x' .. inARow
    inARow = 0
  end
  told = told + 1
  outcomes[told] = outcome
end

local open, standbyLimit = meta.status == 'open', meta.standbyLimit

for i = 1, count do
  local buyer, quantity = buyers[i], quantities[i]
  local state = latest[buyer] or states[i]
  -- The buyer's entry is live, or is this very one, which is decided already: a batch without a number that comes back
  -- after `batches` has forgotten it meets its own entries.
  if state and (not isOver(state) or state:match('^%a|([^|]+)') == entryId(i)) then
    tell('d' .. state:match('^(%a)') .. state:match('^%a|([^|]+)'))
  -- No place in standby for a quantity that the drop could never serve; all its partitions count, since seats move
  -- between them.
  elseif not open or quantity < 1 or quantity > meta.maxPerBuyer or quantity > meta.dropCapacity then
    lose(buyer, state)
  elseif refusedUntil[i] then
    latest[buyer] = 'L|' .. entryId(i) .. '|' .. refusedUntil[i]
    add(unwritten.entries, buyer, latest[buyer])
    tell('l' .. refusedUntil[i])
  elseif quantity <= meta.free then
    local seats = takeSeats(quantity)
    latest[buyer] = openHold(entryId(i), buyer, quantity, seats)
    tell('h' .. seats)
  elseif standby < standbyLimit and not meta.isClosed then
    meta.sequence = meta.sequence + 1
    standby = standby + 1
    local entry = 'W|' .. entryId(i) .. '|' .. quantity .. '|' .. int(meta.sequence)
    latest[buyer] = entry
    add(unwritten.entries, buyer, entry)
    add(unwritten.standby, int(quantity * SEQUENCES + meta.sequence), buyer)
    tell('s' .. int(standby))
  else
    lose(buyer, state)
  end
end
tell()

if meta.status ~= 'retired' then writeOne('BITFIELD', SOLDOUT, losers) end
meta.decided = meta.decided + count
save()

local reply = int(now) .. '|' .. int(now + meta.holdMs) .. '|' .. table.concat(outcomes, ',') .. '|' .. stamp()
redis.call('HSET', BATCHES, batch, reply)
if channel and number > highest then
  redis.call('HSET', SENT, channel, int(number))
  skip(channel, highest + 1, number - 1)
elseif channel then
  local range, from, to = rangeOf(channel, number)
  redis.call('ZREM', SKIPPED, range)
  skip(channel, from, number - 1)
  skip(channel, number + 1, to)
end
-- 512 is well above the number of batches that can be under way to one consumer (see prefetch in consumer/).
if redis.call('RPUSH', ORDER, batch) > 512 then redis.call('HDEL', BATCHES, redis.call('LPOP', ORDER)) end
-- After a day nobody can still need the very same reply.
if meta.status == 'retired' then
  redis.call('EXPIRE', BATCHES, 86400)
  redis.call('EXPIRE', ORDER, 86400)
end
ledger('t', 'claim', 'b', batch, 'e', packed, 'r', reply, 'q', ARGV[4] or '', 'n', int(meta.decided - count))
return { 'decided', reply, over }
