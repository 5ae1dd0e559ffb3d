-- Redis follows MySQL, which has the last word on who owns a seat: orders get their seats here too. Holds of these
-- seats that nobody is paying for end. A hold in payment keeps its seats until the payment is decided; MySQL then
-- refuses its order, and it comes here as the hold that lost.
-- All of it is one step, so that no seat of an order is offered to anybody in between.
--
-- ARGV  1 the hold that lost: its card was charged and it gets no order; '' for none  2 its buyer  3 its seats
--       4 its attempt
--       5 unpaid holds that have seats of these orders (holders.lua), joined by ','
--       6... orders that own seats, as 'order|buyer|seats'; no seats if they are of another drop of the event. With
--            '|w' at the end these are the withheld seats of a refunded order, which stay sold to nobody. '|p': the same
--            of an order of which seats are left; it comes before with those
-- reply {'ended', version, n, buyer * n, promoted hold...}   this call ended the hold that lost; unpaid holds of n
--                         buyers ended
--       {'noted', ...}    the hold that lost had ended or was forgotten before; the reason is recorded now
--       {'known', ...}    nothing was left to do about it, or none was given
--       {'blocked', ...}  as `known`, but somebody else is paying for a seat of an order
if not meta or meta.status == 'retired' then return { 'known', '0', 0 } end
local id, buyer, seats, attempt = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local outcome, ended = 'known', {}

local function lose()
  local hold = readHold(id)
  if not hold then
    local live = redis.call('HGET', ENTRIES, buyer)
    if not live or live:find('^[RL]') then redis.call('HSET', ENTRIES, buyer, 'R|' .. id) end
    writeHold({ id = id, state = 'r', buyer = buyer, expiresAt = now, seats = seats, attempt = attempt,
      reason = 'seats_lost' })
    outcome = 'noted'
  elseif hold.state == 'r' then
    if hold.reason == 'seats_lost' then return end
    hold.reason = 'seats_lost'
    writeHold(hold)
    outcome = 'noted'
  -- Without an order that owns the seats they still belong to this hold; and a later attempt decides by itself.
  elseif #ARGV > 5 and (hold.state == 'h' or (hold.state == 'p' and hold.attempt == attempt)) then
    release(hold, 'seats_lost')
    outcome = 'ended'
  end
end

-- Ends unpaid holds that have one of these seats.
local holders -- seat -> id of its hold, for holds that may have to end
local function yield(wanted)
  if not holders then
    holders = {}
    for other in ARGV[5]:gmatch('[^,]+') do
      local hold = readHold(other)
      for seat in (hold and hold.seats or ''):gmatch('[^+]+') do holders[seat] = other end
    end
  end
  for _, seat in ipairs(wanted) do
    local hold = holders[seat] and readHold(holders[seat])
    if hold and hold.state == 'h' then
      release(hold, 'seats_lost')
      ended[#ended + 1] = hold.buyer
    end
  end
end

local function seatSet(seats)
  local set = {}
  for seat in seats:gmatch('[^+]+') do set[seat] = true end
  return set
end

local function sameSeats(some, others)
  local set = seatSet(some)
  for seat in others:gmatch('[^+]+') do
    if not set[seat] then return false end
  end
  return countSeats(some) == countSeats(others)
end

local function follow(order, owner, ofOrder, withheld)
  local hold = readHold(order)
  local isPart = withheld == 'p'
  withheld = withheld ~= ''
  -- MySQL has refunded this order since.
  if hold and hold.state:match('[fw]') and not withheld then return end
  -- Its hold lists only the seats that are left to it. What it should not have any more, reopen.lua takes.
  local inPart = withheld and hold and hold.state == 's'
  -- First the order gets the seats it has left.
  if isPart and not inPart then return end
  if hold and (hold.state == 'h' or hold.state == 'p') then
    -- A failover can take an order back to its buyer's place in standby, which then gets other seats under the same id.
    -- Nothing more can be charged for it: MySQL has the attempt.
    if not withheld and sameSeats(hold.seats, ofOrder) then sell(hold) else release(hold, 'seats_lost') end
  end
  local sold = inPart or (hold and hold.state == (withheld and 'w' or 's'))
  local own, wanted = sold and seatSet(hold.seats) or {}, {}
  for seat in ofOrder:gmatch('[^+]+') do
    if inPart and isSold(seat) then own[seat] = true end
    if not own[seat] and not allFree(seat) then wanted[#wanted + 1] = seat end
  end
  if #wanted > 0 then yield(wanted) end

  local got = {}
  for seat in ofOrder:gmatch('[^+]+') do
    if not own[seat] then
      if allFree(seat) then got[#got + 1] = seat else outcome = outcome == 'known' and 'blocked' or outcome end
    end
  end
  if #got == 0 then return end
  local more = table.concat(got, '+')
  markAll(more, 's')
  meta.free = meta.free - #got
  meta.sold = meta.sold + #got
  if inPart then
    ledger('t', 'withhold', 'h', order, 'u', owner, 's', more, 'n', hold.count)
    return
  end
  writeHold({ id = order, state = withheld and 'w' or 's', reason = withheld and 'refunded' or nil, buyer = owner,
    expiresAt = hold and hold.expiresAt or now, seats = sold and (hold.seats .. '+' .. more) or more,
    attempt = hold and hold.attempt or 1 })
  ledger('t', withheld and 'withhold' or 'sold', 'h', order, 'u', owner, 's', more)
  if withheld then
    forget({ id = order, buyer = owner })
  elseif not sold then
    redis.call('ZREM', STANDBY, owner)
    redis.call('HSET', ENTRIES, owner, 'H|' .. order)
  end
end

if id ~= '' then lose() end
for at = 6, #ARGV do follow(ARGV[at]:match('^([^|]+)|(%d+)|([^|]*)|?([wp]?)$')) end
local promoted = promote()
save()
local reply = { outcome, stamp(), #ended }
for _, each in ipairs(ended) do reply[#reply + 1] = each end
for _, each in ipairs(promoted) do reply[#reply + 1] = each end
return reply
