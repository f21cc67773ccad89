-- grain: one row per user, per API token, per signed-in browser
-- reads: sqlite_master, user, token, session
-- writes: user, token, session

-- part: exists
SELECT count(*) FROM sqlite_master WHERE name = 'user'

-- part: schema
CREATE TABLE IF NOT EXISTS user (
  name TEXT PRIMARY KEY, password TEXT NOT NULL, role INTEGER NOT NULL, groups TEXT NOT NULL, attributes TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0, locked_until INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS token (
  name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, groups TEXT NOT NULL, attributes TEXT NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS session (hash TEXT PRIMARY KEY, user TEXT NOT NULL, expires INTEGER NOT NULL)

-- part: anybody
SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM token)

-- part: users
SELECT name, password, role, groups, attributes, failures, locked_until AS LockedUntil, created FROM user ORDER BY name

-- part: user
SELECT name, password, role, groups, attributes, failures, locked_until AS LockedUntil, created FROM user WHERE name = @name

-- part: add_user
INSERT INTO user (name, password, role, groups, attributes, created) VALUES (@Name, @Password, @Role, @Groups, @Attributes, @Created)

-- part: password
UPDATE user SET password = @password, failures = 0, locked_until = 0 WHERE name = @name

-- part: failed
UPDATE user SET failures = failures + 1 WHERE name = @name

-- part: lock
UPDATE user SET failures = 0, locked_until = @until WHERE name = @name AND failures >= @most

-- part: let_in
UPDATE user SET failures = 0, locked_until = 0 WHERE name = @name

-- part: remove_user
DELETE FROM user WHERE name = @name

-- part: end_sessions
DELETE FROM session WHERE user = @name

-- part: tokens
SELECT name, hash, role, groups, attributes, created, expires, used FROM token ORDER BY name

-- part: token
SELECT name, hash, role, groups, attributes, created, expires, used FROM token WHERE hash = @hash AND expires > @now

-- part: add_token
INSERT INTO token (name, hash, role, groups, attributes, created, expires) VALUES (@Name, @Hash, @Role, @Groups, @Attributes, @Created, @Expires)

-- part: used
UPDATE token SET used = @now WHERE hash = @hash AND used < @now - 60

-- part: remove_token
DELETE FROM token WHERE name = @name

-- part: change_user
UPDATE user SET role = @Role, groups = @Groups, attributes = @Attributes WHERE name = @Name

-- part: add_session
INSERT INTO session (hash, user, expires) VALUES (@hash, @name, @expires)

-- part: session
SELECT u.name, u.password, u.role, u.groups, u.attributes, u.failures, u.locked_until AS LockedUntil, u.created
FROM session s JOIN user u ON u.name = s.user WHERE s.hash = @hash AND s.expires > @now

-- part: remove_session
DELETE FROM session WHERE hash = @hash OR expires <= @now
