-- Decides a batch of entries in their order: best seats while there are enough, else standby, else sold out.
-- A batch is decided once: what comes again gets the same reply while that is remembered, and is told to have been
-- decided afterwards. A buyer with a live hold, a paid order or a place in standby keeps it: that entry is a duplicate.
-- What was accepted before closing and is decided after it may still get free seats, but no place in standby. A drop that
-- is over gives nothing: all of it is sold out.
--
-- ARGV  1 batch id   2 entries 'buyer:quantity,...'
--       3 '1' if other partitions may have seats to lend: then nothing is decided while there are too few here
--       4 'CHANNEL.NUMBER': the publisher's channel that it was sent on, and its number among the batches for this
--         partition on that channel; '.late' behind it if it comes out of its turn, being sent again by hand.
--         '' for a batch from before batches had numbers, or whose number was lost: it is known by its id alone, while
--         its reply is remembered
--       5 the batch before this one, which must be decided already; '' if it does not matter
--       6 the same of that one as 4 of this one
-- reply {'not_stocked'}
--       {'out_of_turn'}: the batch before has not been decided, and so nothing is
--       {'decided_before', holdMs, 'hold|expiresAt'...}: it was, and the reply is forgotten; those of its holds that live
--         and are not being paid
--       {'promoting'}: free seats go to standby first; holds were given to it, and there are more to come: ask again
--       {'short', seats missing, partitions of the drop}
--       {'decided', 'now|expiresAt|outcome,outcome,...|version', 'over' if it is over} in the order of the entries:
--         'h' seats        held, seats joined by '+'
--         's' position     in standby, 1 is next
--         'x' count        this and so many in a row are sold out
--         'l' until        refused until then (ms): holds of this buyer lapsed
--         'd' state entry  a duplicate; state as in `entries` (prelude), entry the one that counts
if not meta then return { 'not_stocked' } end
local batch, packed, mayBorrow = ARGV[1], ARGV[2], ARGV[3] == '1'

-- Entry ids are the batch's id and the place in it, in base 36; publisher and consumer count the same way.
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

-- Of a channel's numbers: the highest that was decided, and the range of skipped ones that `number` is in, if any.
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

-- What buyers ask for is one of a few numbers, so each is read once.
local numberOf = made(tonumber)
local buyers, quantities, count = {}, {}, 0
for buyer, quantity in packed:gmatch('(%d+):(%d+)') do
  count = count + 1
  buyers[count] = buyer
  quantities[count] = numberOf[quantity]
end

local states = redis.call('HMGET', ENTRIES, unpack(buyers))

-- Whether the state leaves room for another entry.
local function isOver(state)
  return not state or state:find('^[RL]') ~= nil
end

local refusedUntil = {} -- by place in the batch, where it is refused for lapsed holds
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
  -- Live, or its own: only a batch without a number that comes back after `batches` has forgotten it meets its own
  -- entries; those are decided.
  if state and (not isOver(state) or state:match('^%a|([^|]+)') == entryId(i)) then
    tell('d' .. state:match('^(%a)') .. state:match('^%a|([^|]+)'))
  -- No place in standby for what no state of the drop could serve; seats travel, so all its partitions count.
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
-- More replies than batches can be under way to one consumer (see prefetch in consumer/), with room to spare.
if redis.call('RPUSH', ORDER, batch) > 512 then redis.call('HDEL', BATCHES, redis.call('LPOP', ORDER)) end
-- By then nobody can be waiting for the very same reply.
if meta.status == 'retired' then
  redis.call('EXPIRE', BATCHES, 86400)
  redis.call('EXPIRE', ORDER, 86400)
end
ledger('t', 'claim', 'b', batch, 'e', packed, 'r', reply, 'q', ARGV[4] or '', 'n', int(meta.decided - count))
return { 'decided', reply, over }
