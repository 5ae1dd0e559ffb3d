-- Shared by all inventory scripts: it is prepended to each of them when they are loaded.
--
-- One partition of a drop is one set of keys in one hash slot. A script runs alone on its node, so each state
-- change below is atomic, and it writes its own ledger record.
--
-- KEYS, the same for every script (keys.ts):
--   1 meta      hash   limits, counters and status of the partition; stays when it is retired (retire.lua)
--   2 rows      hash   row -> a character for each seat: '.' free, 'h' held or paying, 's' sold, '-' not in this partition
--   3 runs      zset   rows with free seats, score = longest run of free seats (at most 10) * 2^32 + row, so that the
--                      first row with a long enough run is found at once, however many rows there are
--   4 entries   hash   buyer -> 'H|hold' (see holds), 'W|entry|quantity|sequence' (standby), 'R|hold' (released),
--                      'L|entry|until' (refused until then, because holds of this buyer lapsed),
--                      'R|entry' (standby that ended when the drop was cancelled), 'R|entry|closed' (at closing)
--   5 holds     hash   hold -> 'state|buyer|expiresAt|seats|attempt|payer or reason'
--                      state h held, p paying, s sold (after a refund of some seats, with those it has left),
--                      r released, f refunded, w refunded but these seats stay
--                      sold (withheld: their tickets were used). Withheld seats of a hold that is still sold are in
--                      no hold; MySQL knows them. The last field is the payer in states h, p and s
--                      (names the latest request to pay), and the reason why the hold ended in r, f and w
--   6 due       zset   holds in state held, score = expiresAt (ms)
--   7 paying    zset   holds in state paying, score = when the payment began (ms)
--   8 standby   zset   buyers, score = quantity * 2^40 + sequence: one look-up finds the earliest of each quantity
--   9 soldout   bitmap buyer (see soldOutBit) -> 1 where the last outcome was sold out
--  10 batches   hash   batch -> reply, for the latest batches: a redelivered batch gets the very same outcomes
--  11 order     list   the batches in `batches`, oldest first
--  12 untold    hash   promoted hold -> when it was promoted (ms), until its timer is set and its buyer was told
--  13 lent      hash   transfer -> 'partition|seats': seats in transfer to another partition
--  14 borrowed  hash   transfer -> 1: transfers that have arrived here
--  15 ledger    stream every state change, in order
--  16 sent      hash   publisher's channel -> the highest number of a batch from it that was decided here
--  17 skipped   zset   ranges of lower numbers that were not decided: 'channel.to.from', score 0, `to` in 15 digits.
--                      `sent` and `skipped` tell for every numbered batch whether it was decided, however long ago, so
--                      they are never trimmed: a batch can come back from `parked` after days. They last as long as
--                      the partition, and stay when it is retired.
--  18 lapses    hash   buyer -> 'number of lapsed holds|until when (ms) entries are refused for it'; '0|0' for a buyer
--                      who gave the first hold back early, which is no lapse: the next one given back is
--  19 lapsed    zset   the same buyers, score = version of the latest lapse: publishers ask what is new
local META, ROWS, RUNS, ENTRIES, HOLDS, DUE, PAYING, STANDBY = unpack(KEYS, 1, 8)
local SOLDOUT, BATCHES, ORDER, UNTOLD, LENT, BORROWED, LEDGER, SENT, SKIPPED = unpack(KEYS, 9, 17)
local LAPSES, LAPSED = KEYS[18], KEYS[19]

local SEQUENCES = 2 ^ 40
local ROW_NUMBERS = 2 ^ 32
-- The longest run of seats that is looked for; a buyer cannot ask for more (maxPerBuyer in contract/drops.ts).
local LONGEST = 10
-- Promotions in one call, so that no call keeps its node busy for long; the next call continues.
local MOST_PROMOTED = 100

-- The clock of Redis is the only one that decides about time. Milliseconds since 1970.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local microseconds = time[1] * 1000000 + time[2]

-- A whole number as text; %d prints all 64 bits here, in a quarter of the time of %.0f.
local function int(number)
  return string.format('%d', number)
end

-- A table that computes a missing value with `make`, once for each key.
local function made(make)
  return setmetatable({}, {
    __index = function(all, key)
      local value = make(key)
      all[key] = value
      return value
    end,
  })
end

-- Small numbers that are needed again and again, as text.
local textOf = made(int)

-- The partition's limits and counters; `save` writes back what changed. Counters count seats.
local meta
do
  local m = redis.call('HMGET', META, 'capacity', 'free', 'held', 'paying', 'sold', 'maxPerBuyer', 'standbyLimit',
    'holdMs', 'status', 'sequence', 'decided', 'partitions', 'searchFrom', 'version', 'soldOutBy', 'dropCapacity',
    'closesAt')
  if m[1] then
    meta = {
      capacity = tonumber(m[1]), free = tonumber(m[2]), held = tonumber(m[3]), paying = tonumber(m[4]),
      sold = tonumber(m[5]), maxPerBuyer = tonumber(m[6]), standbyLimit = tonumber(m[7]), holdMs = tonumber(m[8]),
      status = m[9], sequence = tonumber(m[10]),
      decided = tonumber(m[11]), partitions = tonumber(m[12]), version = tonumber(m[14]) or 0,
      -- An earlier version kept `searchFrom` in place of `runs`, which are then built further below.
      lacksRuns = m[13] ~= false,
      -- A drop stocked by an older version has one bit for each user.
      soldOutBy = tonumber(m[15]) or 1,
      -- Seats of all partitions together; unknown if an older version stocked the drop.
      dropCapacity = tonumber(m[16]) or math.huge, closesAt = tonumber(m[17]),
    }
    -- From closesAt on nobody is promoted and nobody joins standby, even if close.lua has not ended standby yet.
    -- Status: 'open' and 'cancelled' become 'over' (nothing is given out), then 'retired' (retire.lua).
    meta.isClosed = meta.status ~= 'open' or (meta.closesAt ~= nil and now >= meta.closesAt)
    meta.isOver = meta.status == 'over' or meta.status == 'retired'
  end
end

-- The version of the partition's state: whatever is told of a buyer is true as of a version, and of two messages the
-- one with the higher version is the later one. Each script that changes anything raises the version, once, and
-- returns it with what it did. It follows the clock, in microseconds, so that a replica that takes over without the
-- latest changes continues above the versions that were told for them; if the clock is set back, the version still
-- rises. 2^53 microseconds after 1970 is the year 2255, so it is a whole number in a double.
local stamped = false
local function stamp()
  if not stamped then
    meta.version = math.max(meta.version + 1, microseconds)
    stamped = true
  end
  return int(meta.version)
end

-- The buyer's bit in the bitmap. The buyers of a partition have the same remainder of id / partitions, so the
-- quotient tells them apart, and the bitmap has no bits for buyers of other partitions.
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

-- Count -> that many free seats, and a pattern that finds the last such run in a row.
local runOf = made(function(count) return { ('.'):rep(count), '.*()' .. ('%.'):rep(count) } end)

-- Length of the longest run of free seats in a row, up to LONGEST. `atMost`: a known upper bound.
local function longestRun(seats, atMost)
  for count = atMost or LONGEST, 1, -1 do
    if seats:find(runOf[count][1], 1, true) then return count end
  end
  return 0
end

-- Row -> its longest run, for the rows this script has read: as it is now, and as Redis has it until `save`.
local runs, storedRuns = {}, {}

-- Length -> the rows whose longest run has it, in two parts: those that Redis listed before this script, read in
-- portions, and a heap of those that came to have it since. Rows that no longer have it are skipped.
local queues = made(function(run) return { listed = {}, at = 1, from = run * ROW_NUMBERS, heap = {}, size = 0 } end)

-- Reads the next rows of a queue and, if it ends, of the unread queues after it: most are empty, so one call does.
local function readOn(run)
  local last = run
  while last < LONGEST and not queues[last + 1].isBegun do last = last + 1 end
  local portion = redis.call('ZRANGE', RUNS, int(queues[run].from), '(' .. int((last + 1) * ROW_NUMBERS), 'BYSCORE',
    'LIMIT', 0, 32, 'WITHSCORES')
  for i = run, last do
    local queue = queues[i]
    queue.listed, queue.at, queue.isBegun, queue.isRead = {}, 1, true, true
  end
  for i = 1, #portion, 2 do
    local listed = queues[math.floor(tonumber(portion[i + 1]) / ROW_NUMBERS)].listed
    listed[#listed + 1] = tonumber(portion[i])
  end
  if #portion < 64 then return end
  -- The portion is full: the last queue in it, and those after it, may have more rows.
  local score = tonumber(portion[64])
  local reached = math.floor(score / ROW_NUMBERS)
  queues[reached].isRead = false
  queues[reached].from = score + 1
  for i = reached + 1, last do queues[i].isBegun, queues[i].isRead = false, false end
end

local function push(queue, index)
  local heap, at = queue.heap, queue.size + 1
  queue.size = at
  queue.isEmpty = false
  while at > 1 do
    local parent = math.floor(at / 2)
    if heap[parent] <= index then break end
    heap[at] = heap[parent]
    at = parent
  end
  heap[at] = index
end

local function pop(queue)
  local heap, size = queue.heap, queue.size - 1
  local last = heap[size + 1]
  heap[size + 1] = nil
  queue.size = size
  if size == 0 then return end
  local at = 1
  while true do
    local child = 2 * at
    if child > size then break end
    if child < size and heap[child + 1] < heap[child] then child = child + 1 end
    if heap[child] >= last then break end
    heap[at] = heap[child]
    at = child
  end
  heap[at] = last
end

-- The first row whose longest run is exactly `run`; nil if there is none.
local function firstOf(run)
  local queue = queues[run]
  local listed = queue.listed[queue.at]
  while true do
    if listed then
      if (runs[listed] or run) == run then break end
      queue.at = queue.at + 1
    elseif queue.isRead then break
    else
      readOn(run)
    end
    listed = queue.listed[queue.at]
  end
  while queue.size > 0 and runs[queue.heap[1]] ~= run do pop(queue) end
  local moved = queue.heap[1]
  queue.isEmpty = not listed and not moved
  if not listed or (moved and moved < listed) then return moved end
  return listed
end

-- Unless this row was read already: reads it and some that follow it in its queue, in one call.
local function readAhead(index, queue)
  if rows[index] then return end
  local wanted = { index }
  for at = queue.at, math.min(queue.at + 15, #queue.listed) do
    local next = queue.listed[at]
    if next ~= index and not rows[next] then wanted[#wanted + 1] = next end
  end
  for at, seats in ipairs(redis.call('HMGET', ROWS, unpack(wanted))) do rows[wanted[at]] = seats end
end

-- Count -> the first row that has that many free seats together; false if none has.
local best = {}

local function firstWith(count)
  local known = best[count]
  -- `mark` empties `best` when the run of any row gets longer. Until then runs only get shorter, so the known row is
  -- still the first one if its own run is long enough.
  if known ~= nil and (not known or runs[known] >= count) then return known end
  local first, longest = false, nil
  for run = count, LONGEST do
    local index = not queues[run].isEmpty and firstOf(run)
    if index and (not first or index < first) then first, longest = index, run end
  end
  if first and not runs[first] then
    runs[first], storedRuns[first] = longest, longest
    readAhead(first, queues[longest])
  end
  best[count] = first
  return first
end

local function mark(index, first, count, state)
  local seats = row(index)
  local before = runs[index]
  if not before then
    before = longestRun(seats)
    storedRuns[index] = before
  end
  seats = seats:sub(1, first - 1) .. state:rep(count) .. seats:sub(first + count)
  rows[index] = seats
  changed[index] = true
  local run = longestRun(seats, state ~= '.' and before or nil)
  runs[index] = run
  if run ~= before and run > 0 then push(queues[run], index) end
  if run > before then best = {} end
end

-- Changes that are written together, with one call for each key: a call costs more than what it writes. Each list has
-- the arguments of HSET or ZADD, and `n`, their number.
local unwritten

local function nothingUnwritten()
  unwritten = made(function() return { n = 0 } end)
end
nothingUnwritten()

local function add(list, key, value)
  local n = list.n
  list[n + 1] = key
  list[n + 2] = value
  list.n = n + 2
end

-- In portions, since Lua limits the arguments of a call. 4000 is a multiple of 1, 2 and 4, so that arguments that
-- belong together stay in one call.
local function writeOne(command, key, list)
  for from = 1, list.n, 4000 do redis.call(command, key, unpack(list, from, math.min(from + 3999, list.n))) end
end

local function write()
  writeOne('HSET', HOLDS, unwritten.holds)
  writeOne('HSET', ENTRIES, unwritten.entries)
  writeOne('ZADD', DUE, unwritten.due)
  writeOne('ZADD', STANDBY, unwritten.standby)
  writeOne('HSET', UNTOLD, unwritten.untold)
  nothingUnwritten()
end

-- Has a row's longest run written to RUNS.
local function addRun(index, run)
  add(unwritten.runs, int(run * ROW_NUMBERS + index), index)
end

local function save()
  write()
  local full = {}
  for index in pairs(changed) do
    add(unwritten.rows, index, rows[index])
    local run = runs[index]
    if run ~= storedRuns[index] then
      if run > 0 then addRun(index, run) else full[#full + 1] = index end
      storedRuns[index] = run
    end
  end
  writeOne('HSET', ROWS, unwritten.rows)
  writeOne('ZADD', RUNS, unwritten.runs)
  full.n = #full
  writeOne('ZREM', RUNS, full)
  nothingUnwritten()
  redis.call('HSET', META, 'capacity', meta.capacity, 'free', meta.free, 'held', meta.held, 'paying', meta.paying,
    'sold', meta.sold, 'sequence', int(meta.sequence), 'decided', int(meta.decided), 'version', stamp())
end

if meta and meta.lacksRuns then
  local stored = redis.call('HGETALL', ROWS)
  for i = 1, #stored, 2 do
    local run = longestRun(stored[i + 1])
    if run > 0 then addRun(tonumber(stored[i]), run) end
  end
  redis.call('UNLINK', RUNS)
  writeOne('ZADD', RUNS, unwritten.runs)
  nothingUnwritten()
  redis.call('HDEL', META, 'searchFrom')
end

-- The first seat of the best run of `count` free seats in a row: the run nearest to the middle, of two equally near the
-- one with the lower numbers. nil if there is none.
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

-- Takes the best run of `count` seats in one row and adds their ids to `ids`. Returns whether there was one.
local function takeRun(count, ids)
  local index = firstWith(count)
  local first = index and bestRun(row(index), count)
  if not first then return false end
  mark(index, first, count, 'h')
  for number = first, first + count - 1 do ids[#ids + 1] = textOf[index] .. '.' .. textOf[number] end
  return true
end

-- Takes the best `quantity` seats, at most meta.free: together in one row if a buyer may have that many and there is
-- such a run, else the best single seats. They become 'h'. Returns their ids, best first, joined by '+'. The caller
-- counts them as held.
local function takeSeats(quantity)
  local ids = {}
  if quantity > math.min(meta.maxPerBuyer, LONGEST) or not takeRun(quantity, ids) then
    while #ids < quantity and takeRun(1, ids) do end
  end
  if #ids < quantity then
    -- Only these scripts write counters and rows, so they agree. If they ever do not, what this script gave is saved
    -- first, so that no seat is given twice.
    save()
    error('inventory: counters and rows disagree')
  end
  meta.free = meta.free - quantity
  return table.concat(ids, '+')
end

-- Sets the state of every seat in `seats`. Returns their number.
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

local function isSold(seat)
  local index, number = seat:match('^(%d+)%.(%d+)$')
  local inRow = row(tonumber(index))
  return inRow and inRow:sub(tonumber(number), tonumber(number)) == 's'
end

local function freeSeats(seats)
  meta.free = meta.free + markAll(seats, '.')
end

local function countSeats(seats)
  local _, separators = seats:gsub('%+', '')
  return separators + 1
end

local function hasEnded(hold)
  return hold.state == 'r' or hold.state == 'f' or hold.state == 'w'
end

local function readHold(id)
  local record = redis.call('HGET', HOLDS, id)
  if not record then return nil end
  local state, buyer, expiresAt, seats, attempt, last = record:match('^(%a)|(%d+)|(%d+)|([^|]*)|(%d+)|([^|]*)$')
  local hold = { id = id, state = state, buyer = buyer, expiresAt = tonumber(expiresAt), seats = seats,
    attempt = tonumber(attempt), count = countSeats(seats) }
  hold[hasEnded(hold) and 'reason' or 'payer'] = last
  return hold
end

local function recordOf(hold)
  local last = hasEnded(hold) and hold.reason or hold.payer
  return table.concat({ hold.state, hold.buyer, int(hold.expiresAt), hold.seats, hold.attempt, last or '' }, '|')
end

local function writeHold(hold)
  redis.call('HSET', HOLDS, hold.id, recordOf(hold))
end

-- expiresAt of a hold that is opened now, as text.
local newHoldEnds = meta and int(now + meta.holdMs)

-- Opens a hold of seats that takeSeats gave, for holdMs from now. It is stored once the caller writes or saves.
-- Returns the buyer's entry.
local function openHold(id, buyer, quantity, seats)
  local entry = 'H|' .. id
  -- The same text as recordOf would give.
  add(unwritten.holds, id, 'h|' .. buyer .. '|' .. newHoldEnds .. '|' .. seats .. '|0|')
  add(unwritten.entries, buyer, entry)
  add(unwritten.due, newHoldEnds, id)
  meta.held = meta.held + quantity
  return entry
end

-- The buyer's entry becomes 'released', unless the buyer has a newer one.
local function forget(hold)
  if redis.call('HGET', ENTRIES, hold.buyer) == 'H|' .. hold.id then
    redis.call('HSET', ENTRIES, hold.buyer, 'R|' .. hold.id)
  end
end

local function ledger(...)
  redis.call('XADD', LEDGER, '*', ...)
end

-- The first buyer in standby who wants no more seats than are free, and the quantity; nil if there is none. nil also
-- after closing: then seats stay free.
local function nextInStandby()
  if meta.free < 1 or meta.isClosed then return nil end
  local buyer, quantity, first
  for wanted = 1, math.min(meta.free, meta.maxPerBuyer) do
    local head = redis.call('ZRANGE', STANDBY, int(wanted * SEQUENCES), '(' .. int((wanted + 1) * SEQUENCES),
      'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
    local sequence = head[1] and tonumber(head[2]) - wanted * SEQUENCES
    if sequence and (not first or sequence < first) then buyer, quantity, first = head[1], wanted, sequence end
  end
  return buyer, quantity
end

-- Gives free seats to buyers in standby, first come first served; who wants more than there are is skipped, and keeps
-- the place. Returns the new holds, each as 'hold|buyer|expiresAt|seats|heldAt|version', and whether more promotions
-- remain. Remaining ones are recorded nowhere: they follow from free seats and standby. claim.lua decides nothing while
-- there are any, so that no entry overtakes standby; it and the sweeper carry them out.
local function promote()
  local promoted = {}
  local buyer, quantity = nextInStandby()
  while buyer and #promoted < MOST_PROMOTED do
    local id = redis.call('HGET', ENTRIES, buyer):match('^W|([^|]+)')
    redis.call('ZREM', STANDBY, buyer)
    local seats = takeSeats(quantity)
    openHold(id, buyer, quantity, seats)
    add(unwritten.untold, id, int(now))
    ledger('t', 'promote', 'h', id, 'u', buyer, 's', seats, 'x', newHoldEnds)
    promoted[#promoted + 1] = table.concat({ id, buyer, newHoldEnds, seats, int(now), stamp() }, '|')
    buyer, quantity = nextInStandby()
  end
  write()
  return promoted, buyer ~= nil
end

-- Why standby ends: by the clock, or because the drop is cancelled.
local function whyStandbyEnds()
  return meta.closesAt and now >= meta.closesAt and 'closed' or 'cancelled'
end

-- The version of the news that a place in standby ended at closing: not before closesAt, and above the versions that
-- buyers in standby were told before.
local function versionAfterClosing()
  return int(math.max(meta.version + 1, (meta.closesAt or 0) * 1000))
end

-- Ends places in standby at closing. Skips `buyers` who are no longer in standby. The caller saves.
local function endStandby(buyers)
  local ended = {}
  for _, buyer in ipairs(buyers) do
    local id = (redis.call('HGET', ENTRIES, buyer) or ''):match('^W|([^|]+)')
    if id then
      redis.call('ZREM', STANDBY, buyer)
      redis.call('HSET', ENTRIES, buyer, 'R|' .. id .. '|closed')
      ended[#ended + 1] = buyer .. ':' .. id
    end
  end
  if #ended > 0 then ledger('t', 'end', 'e', table.concat(ended, ',')) end
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
-- seats of a drop for ever without paying. A lapse is a hold whose time ran out, with or without a declined card, or
-- one that was given back. But a buyer's first one is no lapse if more than half of its time was left: that is a change
-- of mind; half, because giving back in the last second must not be a way around the pause.
-- Returns the number of lapses and until when (ms) entries are refused; nil if this is no lapse.
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

-- Ends an unpaid hold: held or paying -> released. The caller promotes and saves. Returns until when (ms) entries of
-- its buyer are refused, '0' if they are not.
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
  hold.reason = why
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
