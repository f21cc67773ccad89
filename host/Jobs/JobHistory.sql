-- grain: one attempt at a job; one job that is paused
-- reads: job_run, job_pause
-- writes: job_run, job_pause

-- part: create
CREATE TABLE IF NOT EXISTS job_run (
    run_id {id},
    project VARCHAR(200) NOT NULL,
    job VARCHAR(63) NOT NULL,
    cause VARCHAR(20) NOT NULL,
    state VARCHAR(20) NOT NULL,
    attempt INTEGER NOT NULL,
    due VARCHAR(30) NOT NULL,
    started VARCHAR(30) NOT NULL,
    ended VARCHAR(30),
    server VARCHAR(200) NOT NULL,
    message TEXT,
    log TEXT
);
CREATE INDEX IF NOT EXISTS job_run_of_job ON job_run (project, job, run_id);
CREATE TABLE IF NOT EXISTS job_pause (
    project VARCHAR(200) NOT NULL,
    job VARCHAR(63) NOT NULL,
    PRIMARY KEY (project, job)
)

-- part: begin
INSERT INTO job_run (project, job, cause, state, attempt, due, started, server)
VALUES (@project, @job, @cause, 'Running', @attempt, @due, @started, @server)
RETURNING run_id

-- part: end
UPDATE job_run SET state = @state, ended = @ended, message = @message, log = @log WHERE run_id = @run AND project = @project

-- part: lost
-- No two run at a time, so what still seems to run when the next one begins does not.
UPDATE job_run SET state = 'Lost', ended = @ended, message = @message WHERE project = @project AND job = @job AND state = 'Running'

-- part: forget
DELETE FROM job_run WHERE project = @project AND started < @before

-- part: list
SELECT run_id AS Id, job AS Job, cause AS Cause, state AS State, attempt AS Attempt, due AS Due, started AS Started, ended AS Ended, server AS Server, message AS Message
FROM job_run
WHERE project = @project AND (@job IS NULL OR job = @job)
ORDER BY run_id DESC
LIMIT @limit

-- part: log
SELECT log FROM job_run WHERE project = @project AND run_id = @run

-- part: paused
SELECT job FROM job_pause WHERE project = @project

-- part: pause
INSERT INTO job_pause (project, job) VALUES (@project, @job) ON CONFLICT DO NOTHING

-- part: resume
DELETE FROM job_pause WHERE project = @project AND job = @job

-- part: erase
UPDATE job_run SET log = replace(log, @value, @instead), message = replace(message, @value, @instead)

-- part: compact
VACUUM
