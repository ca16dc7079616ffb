-- key, entry -> 1, or 0 if it is not there any more: somebody else has ended it, or it was scheduled anew
local key, entry = ARGV[1], ARGV[2]
if not is_at(key, entry) then
  return 0
end
remove(entry)
redis.call('HDEL', index, key)
return 1
