-- What every inventory script shares; it is put before each of them when they are loaded.
--
-- One partition of a drop is one set of keys in one hash slot. A script runs alone on its node, so each state
-- change below is atomic, and it writes its own ledger record.
--
-- KEYS, the same for every script (keys.ts):
--   1 meta      hash   limits, counters and status of the partition
--   2 rows      hash   row -> one character a seat: '.' free, 'h' held or paying, 's' sold, '-' not in this partition
--   3 open      zset   rows with at least one free seat, score = row (lower is better)
--   4 entries   hash   buyer -> 'H|hold' (see holds), 'W|entry|quantity|sequence' (standby), 'R|hold' (released),
--                      'L|entry|until' (refused until then, since holds of this buyer lapsed)
--   5 holds     hash   hold -> 'state|buyer|expiresAt|seats|attempt|payer'
--                      state h held, p paying, s sold, r released, f refunded; payer names the request that
--                      pays, and why it was released when it was
--   6 due       zset   held holds, score = expiresAt (ms)
--   7 paying    zset   paying holds, score = since when (ms)
--   8 standby   zset   buyers, score = quantity * 2^40 + sequence: first come within each quantity is one look-up
--   9 soldout   bitmap buyer (see soldOutBit) -> 1 where the last outcome was sold out
--  10 batches   hash   batch -> reply, for the latest batches: a redelivered batch gets the very same outcomes
--  11 order     list   the batches in `batches`, oldest first
--  12 untold    hash   promoted hold -> since when (ms), until its timer is set and its buyer was told
--  13 lent      hash   transfer -> 'partition|seats': seats on their way to another partition
--  14 borrowed  hash   transfer -> 1: transfers that have arrived here
--  15 ledger    stream every state change, in order
--  16 sent      hash   publisher's channel -> the highest number of a batch from it that was decided here
--  17 skipped   zset   ranges of lower numbers that were not: 'channel.to.from', all with score 0, `to` in 15 digits.
--                      These two tell of any batch that has a number whether it was decided, however long ago, so they are
--                      never cut down: a batch can come back from `parked` after days. They last as long as the
--                      partition does, and whatever is left of it when it has ended.
--  18 lapses    hash   buyer -> 'how many holds lapsed|until when (ms) entries are refused for it'
--  19 lapsed    zset   the same buyers, score = version of the latest lapse: publishers ask what is new
local META, ROWS, OPEN, ENTRIES, HOLDS, DUE, PAYING, STANDBY = unpack(KEYS, 1, 8)
local SOLDOUT, BATCHES, ORDER, UNTOLD, LENT, BORROWED, LEDGER, SENT, SKIPPED = unpack(KEYS, 9, 17)
local LAPSES, LAPSED = KEYS[18], KEYS[19]

local SEQUENCES = 2 ^ 40
local BEYOND_ROWS = 2 ^ 31

-- Redis's clock is the only one that decides about time. Milliseconds since 1970.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local microseconds = time[1] * 1000000 + time[2]

-- A whole number as text; %d takes all 64 bits here, and a fourth of the time of %.0f.
local function int(number)
  return string.format('%d', number)
end

-- A table that makes what it lacks, once for each key.
local function made(make)
  return setmetatable({}, {
    __index = function(all, key)
      local value = make(key)
      all[key] = value
      return value
    end,
  })
end

-- The text of a small number that is met again and again.
local textOf = made(int)

-- The partition's limits and counters; `save` writes back what changed. Counters count seats.
local meta
do
  local m = redis.call('HMGET', META, 'capacity', 'free', 'held', 'paying', 'sold', 'maxPerBuyer', 'standbyLimit',
    'holdMs', 'status', 'sequence', 'decided', 'partitions', 'searchFrom', 'version', 'soldOutBy')
  if m[1] then
    meta = {
      capacity = tonumber(m[1]), free = tonumber(m[2]), held = tonumber(m[3]), paying = tonumber(m[4]),
      sold = tonumber(m[5]), maxPerBuyer = tonumber(m[6]), standbyLimit = tonumber(m[7]), holdMs = tonumber(m[8]),
      status = m[9], sequence = tonumber(m[10]),
      decided = tonumber(m[11]), partitions = tonumber(m[12]), searchFrom = {}, version = tonumber(m[14]) or 0,
      -- Drops that were stocked by an older version have a bit for each user.
      soldOutBy = tonumber(m[15]) or 1,
    }
    -- For each quantity a row: none before it has a run of so many free seats. Without it, each pair would be looked
    -- for in every row that has odd seats left, and a large drop would keep its node for seconds.
    for index in (m[13] or ''):gmatch('%d+') do meta.searchFrom[#meta.searchFrom + 1] = tonumber(index) end
    for quantity = #meta.searchFrom + 1, meta.maxPerBuyer do meta.searchFrom[quantity] = 0 end
  end
end

-- The version of how buyers stand, of all in the partition together: what is told of a buyer holds as of a version,
-- and of two words the one with the higher version is the later one. Each script that changes anything raises it,
-- once, and tells it with what it did. It follows the clock, in microseconds, so that a replica that takes over
-- without the last changes goes on above what was told of them; but a clock that went back does not take it along.
-- 2^53 microseconds are the year 2255, so it is a whole number in a double.
local stamped = false
local function stamp()
  if not stamped then
    meta.version = math.max(meta.version + 1, microseconds)
    stamped = true
  end
  return int(meta.version)
end

-- The place of a buyer in the bitmap. The buyers of a partition have the same remainder of id / partitions, so the
-- quotient tells them apart, and the bitmap is as wide as they need.
local function soldOutBit(buyer)
  return int(math.floor(tonumber(buyer) / meta.soldOutBy))
end

-- Rows that this script has read or changed, by number.
local rows, changed = {}, {}

local function row(index)
  local seats = rows[index]
  if seats == nil then
    seats = redis.call('HGET', ROWS, index)
    rows[index] = seats
  end
  return seats
end

-- The first open row from `from` on; false when there is none. Read in portions, and kept: `after[from]`. Rows that
-- run out stay in it until `save`; a seat that comes free puts its row back at once.
local after = {}

local function nextOpen(from)
  if after[from] == nil then
    local portion = redis.call('ZRANGE', OPEN, from, '+inf', 'BYSCORE', 'LIMIT', 0, 32)
    local at = from
    for _, index in ipairs(portion) do
      after[at] = tonumber(index)
      at = after[at] + 1
    end
    if #portion < 32 then after[at] = false end
  end
  return after[from]
end

local function mark(index, first, count, state)
  local seats = row(index)
  rows[index] = seats:sub(1, first - 1) .. state:rep(count) .. seats:sub(first + count)
  changed[index] = true
  if state == '.' then
    redis.call('ZADD', OPEN, index, index)
    after = {}
    for quantity, from in ipairs(meta.searchFrom) do meta.searchFrom[quantity] = math.min(from, index) end
  end
end

-- What a script gives to many buyers, written with one call for each kind of thing: a call costs more than what it
-- writes. Arguments of HSET and ZADD, and how many they are.
local unwritten

local function nothingUnwritten()
  unwritten = { holds = { n = 0 }, entries = { n = 0 }, due = { n = 0 }, standby = { n = 0 } }
end
nothingUnwritten()

local function add(list, key, value)
  local n = list.n
  list[n + 1] = key
  list[n + 2] = value
  list.n = n + 2
end

local function writeOne(command, key, list)
  if list.n > 0 then redis.call(command, key, unpack(list, 1, list.n)) end
end

local function write()
  writeOne('HSET', HOLDS, unwritten.holds)
  writeOne('HSET', ENTRIES, unwritten.entries)
  writeOne('ZADD', DUE, unwritten.due)
  writeOne('ZADD', STANDBY, unwritten.standby)
  nothingUnwritten()
end

local function save()
  write()
  for index in pairs(changed) do
    redis.call('HSET', ROWS, index, rows[index])
    if not rows[index]:find('.', 1, true) then redis.call('ZREM', OPEN, index) end
  end
  redis.call('HSET', META, 'capacity', meta.capacity, 'free', meta.free, 'held', meta.held, 'paying', meta.paying,
    'sold', meta.sold, 'sequence', int(meta.sequence), 'decided', int(meta.decided),
    'searchFrom', table.concat(meta.searchFrom, ','), 'version', stamp())
end

-- For each count the run of so many free seats, and a pattern that finds the last one.
local runOf = made(function(count) return { ('.'):rep(count), '.*()' .. ('%.'):rep(count) } end)

-- The first seat of the best run of `count` free seats in a row: the one nearest to the middle, the lower one of two.
local function bestRun(seats, count)
  local length, run, last = #seats, runOf[count][1], runOf[count][2]
  local ideal = math.floor((length - count) / 2) + 1
  if ideal < 1 then return nil end
  local right = seats:find(run, ideal, true)
  if right == ideal then return right end
  -- The last run that starts before `ideal`.
  local left = seats:sub(1, ideal + count - 2):match(last)
  if not right or not left then return right or left end
  local function distance(first) return math.abs(2 * first + count - length - 2) end
  if distance(left) <= distance(right) then return left end
  return right
end

-- Takes the best run of `count` seats in one row, if there is one, and adds their ids to `ids`.
local function takeRun(count, ids)
  local index = nextOpen(meta.searchFrom[count])
  while index do
    local first = bestRun(row(index), count)
    if first then
      meta.searchFrom[count] = index
      mark(index, first, count, 'h')
      for number = first, first + count - 1 do ids[#ids + 1] = textOf[index] .. '.' .. textOf[number] end
      return true
    end
    index = nextOpen(index + 1)
  end
  meta.searchFrom[count] = BEYOND_ROWS
  return false
end

-- Takes the best seats, `quantity` <= meta.free: together in one row when there is such a run (of what a buyer may
-- have), else the best there are. They become 'h'. Returns their ids, best first, joined by '+'. The caller counts
-- them as held.
local function takeSeats(quantity)
  local ids = {}
  if quantity > meta.maxPerBuyer or not takeRun(quantity, ids) then
    while #ids < quantity and takeRun(1, ids) do end
  end
  if #ids < quantity then
    -- Counters and rows are written by the same scripts only. If they ever part, what this script gave stays given,
    -- and no seat is given twice.
    save()
    error('inventory: counters and rows disagree')
  end
  meta.free = meta.free - quantity
  return table.concat(ids, '+')
end

-- Gives every seat of `seats` the state, and returns how many they are.
local function markAll(seats, state)
  local count = 0
  for index, number in seats:gmatch('(%d+)%.(%d+)') do
    mark(tonumber(index), tonumber(number), 1, state)
    count = count + 1
  end
  return count
end

local function allFree(seats)
  for index, number in seats:gmatch('(%d+)%.(%d+)') do
    local inRow = row(tonumber(index))
    if not inRow or inRow:sub(tonumber(number), tonumber(number)) ~= '.' then return false end
  end
  return true
end

local function freeSeats(seats)
  meta.free = meta.free + markAll(seats, '.')
end

local function countSeats(seats)
  local _, separators = seats:gsub('%+', '')
  return separators + 1
end

local function readHold(id)
  local record = redis.call('HGET', HOLDS, id)
  if not record then return nil end
  local state, buyer, expiresAt, seats, attempt, payer = record:match('^(%a)|(%d+)|(%d+)|([^|]*)|(%d+)|([^|]*)$')
  return { id = id, state = state, buyer = buyer, expiresAt = tonumber(expiresAt), seats = seats,
    attempt = tonumber(attempt), payer = payer, count = countSeats(seats) }
end

local function recordOf(hold)
  return table.concat(
    { hold.state, hold.buyer, int(hold.expiresAt), hold.seats, hold.attempt, hold.payer or '' }, '|')
end

local function writeHold(hold)
  redis.call('HSET', HOLDS, hold.id, recordOf(hold))
end

-- When a hold ends that is opened now.
local newHoldEnds = meta and int(now + meta.holdMs)

-- Keeps seats that takeSeats gave for a buyer until holdMs from now. It is there once the caller writes or saves.
-- Returns the buyer's entry.
local function openHold(id, buyer, quantity, seats)
  local entry = 'H|' .. id
  -- As recordOf would have it.
  add(unwritten.holds, id, 'h|' .. buyer .. '|' .. newHoldEnds .. '|' .. seats .. '|0|')
  add(unwritten.entries, buyer, entry)
  add(unwritten.due, newHoldEnds, id)
  meta.held = meta.held + quantity
  return entry
end

-- The hold no longer counts for its buyer; unless the buyer has something newer.
local function forget(hold)
  if redis.call('HGET', ENTRIES, hold.buyer) == 'H|' .. hold.id then
    redis.call('HSET', ENTRIES, hold.buyer, 'R|' .. hold.id)
  end
end

local function ledger(...)
  redis.call('XADD', LEDGER, '*', ...)
end

-- Free seats go to the first in standby whom they fit. One who wants more keeps the place. Returns the new holds,
-- each as 'hold|buyer|expiresAt|seats|heldAt|version'.
local function promote()
  local promoted = {}
  while meta.free > 0 and meta.status == 'open' do
    local buyer, quantity, first
    for wanted = 1, math.min(meta.free, meta.maxPerBuyer) do
      local head = redis.call('ZRANGE', STANDBY, int(wanted * SEQUENCES), '(' .. int((wanted + 1) * SEQUENCES),
        'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
      local sequence = head[1] and tonumber(head[2]) - wanted * SEQUENCES
      if sequence and (not first or sequence < first) then buyer, quantity, first = head[1], wanted, sequence end
    end
    if not buyer then break end
    local id = redis.call('HGET', ENTRIES, buyer):match('^W|([^|]+)')
    redis.call('ZREM', STANDBY, buyer)
    local seats = takeSeats(quantity)
    openHold(id, buyer, quantity, seats)
    redis.call('HSET', UNTOLD, id, int(now))
    ledger('t', 'promote', 'h', id, 'u', buyer, 's', seats, 'x', newHoldEnds)
    promoted[#promoted + 1] = table.concat({ id, buyer, newHoldEnds, seats, int(now), stamp() }, '|')
  end
  write()
  return promoted
end

-- MySQL has the order: held or paying -> sold. The caller saves.
local function sell(hold)
  if hold.state == 'p' then
    redis.call('ZREM', PAYING, hold.id)
    meta.paying = meta.paying - hold.count
  else
    redis.call('ZREM', DUE, hold.id)
    meta.held = meta.held - hold.count
  end
  redis.call('HDEL', UNTOLD, hold.id)
  redis.call('ZREM', STANDBY, hold.buyer)
  redis.call('HSET', ENTRIES, hold.buyer, 'H|' .. hold.id)
  hold.state = 's'
  writeHold(hold)
  markAll(hold.seats, 's')
  meta.sold = meta.sold + hold.count
  ledger('t', 'sold', 'h', hold.id, 'u', hold.buyer, 's', hold.seats)
end

-- A buyer whose hold has lapsed is refused for a while, twice as long each time: else one account could hold the best
-- seats of a drop for ever without paying. A lapse is a hold whose time ran out, with or without a declined card, and
-- one that was given back; but for the buyer's first, if more than half of its time was left: that is a change of mind,
-- and to wait with it until the last second must not be a way around.
-- Returns how many they are and until when (ms) entries are refused; nil for what is no lapse.
local LONGEST_PAUSE = 3600000

local function lapse(hold, why)
  if not (why == 'expired' or why == 'declined' or why == 'given_back') then return nil end
  local pauseMs = tonumber(redis.call('HGET', META, 'lapsePauseMs') or '0')
  if pauseMs == 0 then return nil end
  local known = redis.call('HGET', LAPSES, hold.buyer)
  if not known and why == 'given_back' and hold.expiresAt - now > meta.holdMs / 2 then
    redis.call('HSET', LAPSES, hold.buyer, '0|0')
    return nil
  end
  local count = (known and tonumber(known:match('^%d+')) or 0) + 1
  local refusedUntil = int(now + math.min(pauseMs * 2 ^ (count - 1), LONGEST_PAUSE))
  redis.call('HSET', LAPSES, hold.buyer, int(count) .. '|' .. refusedUntil)
  redis.call('ZADD', LAPSED, stamp(), hold.buyer)
  return int(count), refusedUntil
end

-- Ends a hold that is not paid: held or paying -> released. The caller promotes and saves. Returns until when (ms)
-- entries of its buyer are refused, '0' if they are not.
local function release(hold, why)
  if hold.state == 'h' then
    redis.call('ZREM', DUE, hold.id)
    meta.held = meta.held - hold.count
  else
    redis.call('ZREM', PAYING, hold.id)
    meta.paying = meta.paying - hold.count
  end
  redis.call('HDEL', UNTOLD, hold.id)
  hold.state = 'r'
  hold.payer = why
  writeHold(hold)
  forget(hold)
  freeSeats(hold.seats)
  local count, refusedUntil = lapse(hold, why)
  if not count then
    ledger('t', 'release', 'h', hold.id, 'u', hold.buyer, 's', hold.seats, 'why', why)
    return '0'
  end
  ledger('t', 'release', 'h', hold.id, 'u', hold.buyer, 's', hold.seats, 'why', why, 'l', count, 'until', refusedUntil)
  return refusedUntil
end
