-- Guards (rule 19): what decides money does not change at an SQL prompt, and what may change leaves an audit
-- row. All of it as the tables' owner, and as one who plays a replica.

begin;
\ir helpers/story.psql
select plan(1);
