-- Before every script. A job is either one entry of the stream, or parked until it is due, and the index says where: by
-- its key, the id of its entry, or "<attempts> <enqueued at> <payload>". Scripts change both together, so they agree on
-- every server that a failover may promote.
local jobs, index, delayed, dead = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local GROUP = 'workers'

-- Redis's own time in milliseconds: those of the processes differ.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function text(number)
  return string.format('%.0f', number)
end

local function add(key, payload, attempts, at)
  local entry = redis.call('XADD', jobs, '*', 'key', key, 'payload', payload, 'attempts', attempts, 'at', at)
  redis.call('HSET', index, key, entry)
end

local function park(key, payload, attempts, at, delay)
  redis.call('ZADD', delayed, text(now() + delay), key)
  redis.call('HSET', index, key, attempts .. ' ' .. at .. ' ' .. payload)
end

local function remove(entry)
  redis.call('XACK', jobs, GROUP, entry)
  redis.call('XDEL', jobs, entry)
end

-- Whether the job is at this entry. After a failover another job may have got an entry of the same id.
local function is_at(key, entry)
  local there = redis.call('HGET', index, key)
  if there then
    return there == entry
  end
  local found = redis.call('XRANGE', jobs, entry, entry)
  return found[1] ~= nil and found[1][2][2] == key
end

-- Of a job that is in this consumer's hands: payload and time of enqueueing; else nothing.
local function held(key, entry, consumer)
  if not is_at(key, entry) then
    return nil
  end
  local pending = redis.call('XPENDING', jobs, GROUP, entry, entry, 1, consumer)
  local found = redis.call('XRANGE', jobs, entry, entry)
  if pending[1] == nil or found[1] == nil then
    return nil
  end
  local fields = found[1][2]
  return fields[4], fields[8]
end

