-- name.sql: interned texts

-- name: name_find
SELECT id FROM name WHERE text = $1

-- name: name_add
INSERT INTO name (text) VALUES ($1)

-- name: policy_find
SELECT id FROM policy WHERE digest = $1

-- name: policy_add
INSERT INTO policy (digest, text, mode) VALUES ($1, $2, $3)
