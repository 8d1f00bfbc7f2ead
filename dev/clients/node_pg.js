// Node's pg: prepared statements, cursors, its types, errors, notices.
'use strict';

const assert = require('assert');
const { execFileSync } = require('child_process');
const { Client } = require('pg');
const Cursor = require('pg-cursor');

let count = 0;
let failed = 0;

function same(got, expected, name) {
	let good = true;
	try {
		assert.deepStrictEqual(got, expected);
	} catch (error) {
		good = false;
		failed++;
		error.message.split('\n').slice(0, 30).forEach((line) => console.log(`# ${line}`));
	}
	console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${name}`);
}

const ctl = (...words) => execFileSync(process.env.GS_CTL, words).toString();
const requests = () => ctl('requests').split('\n').filter((line) => line && line !== 'none');
const sorted = (rows) => rows.map((row) => JSON.stringify(row)).sort();

async function reading(client) {
	for (const table of ['successplans', 'objectives', 'plan_types']) {
		const [foreign, plain] = [await client.query(`SELECT * FROM gs.${table}`),
			await client.query(`SELECT * FROM local.${table}`)];
		same(sorted(foreign.rows), sorted(plain.rows), `${table}: each row and value`);
		same(foreign.fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
			plain.fields.map(({ name, dataTypeID }) => [name, dataTypeID]), `${table}: and their types`);
	}
	ctl('clear');
	const { rows } = await client.query('SELECT gsid, name FROM local.successplans'
		+ " WHERE gsid ~ '^[0-9A-Z]+$' ORDER BY gsid LIMIT 7");
	const names = [];
	for (const { gsid } of rows)
		names.push((await client.query({ name: 'one', values: [gsid],
			text: 'SELECT name FROM gs.successplans WHERE gsid = $1' })).rows[0].name);
	same(names, rows.map(({ name }) => name), 'a named statement, executed often enough to be planned once');
	same(requests(), rows.map(({ gsid }) => `GET /v1/successplans/${gsid} x1`), 'is one GET each time');
	const list = await client.query('SELECT gsid FROM gs.successplans WHERE gsid = ANY ($1) ORDER BY gsid',
		[rows.map(({ gsid }) => gsid)]);
	same(list.rows.map(({ gsid }) => gsid), rows.map(({ gsid }) => gsid), 'an array is a parameter');
	same(requests(), ['POST /v1/successplans/search x1'], 'that one search takes');
}

async function cursors(client) {
	const cursor = client.query(new Cursor('SELECT gsid FROM gs.successplans'));
	const found = [...await cursor.read(10)];
	same(requests(), ['POST /v1/successplans/search x1'], 'a cursor asks for one page first');
	for (let more; (more = await cursor.read(250)).length;)
		found.push(...more);
	const plain = await client.query('SELECT gsid FROM local.successplans');
	same(sorted(found), sorted(plain.rows), 'and gives each plan once');
	const left = client.query(new Cursor('SELECT gsid FROM gs.successplans'));
	await left.read(1);
	await left.close();
	ctl('clear');
	same((await client.query('SELECT count(*)::int AS n FROM gs.successplans')).rows,
		[{ n: plain.rowCount }], 'one that is left early leaves a connection that works');
	same(requests(), ['POST /v1/successplans/search x1'], 'and no request behind');
}

async function writing(client) {
	const made = await client.query('INSERT INTO gs.successplans (name, company_id, type_id, start_date)'
		+ ' VALUES ($1, $2, $3, $4), ($5, $2, $3, NULL) RETURNING gsid, name, start_date::text',
	['nœud 1', '1P01NODE', '1T01T', '2027-05-06', 'nœud 2']);
	same(made.rows.map(({ gsid, ...rest }) => ({ ...rest, ...JSON.parse(ctl('plan', gsid)) }))
		.map(({ name, Name, start_date, StartDate, CompanyId }) => [name, Name, start_date, StartDate, CompanyId]),
	[['nœud 1', 'nœud 1', '2027-05-06', '2027-05-06', '1P01NODE'],
		['nœud 2', 'nœud 2', null, null, '1P01NODE']], 'two plans, and RETURNING what the tenant has');
	const changed = await client.query('UPDATE gs.successplans SET status = $2 WHERE company_id = $1',
		['1P01NODE', 'Archived']);
	same([changed.rowCount, ...made.rows.map(({ gsid }) => JSON.parse(ctl('plan', gsid)).Status)],
		[2, 'Archived', 'Archived'], 'an UPDATE, and the number of its rows');
	ctl('clear');
	const codes = [];
	for (const text of ['DELETE FROM gs.successplans', "INSERT INTO gs.plan_types VALUES ('a', 'b')",
		"UPDATE gs.successplans SET name = NULL WHERE gsid = 'x'"])
		codes.push(await client.query(text).then(() => 'none', ({ code }) => code));
	same(codes.slice(0, 2), ['0A000', '0A000'], 'an error has its SQLSTATE');
}

async function main() {
	const client = new Client();
	const notices = [];
	client.on('notice', ({ severity, message }) => notices.push(`${severity}: ${message}`));
	await client.connect();
	await reading(client);
	await cursors(client);
	await writing(client);
	await client.query('BEGIN');
	await client.query("INSERT INTO gs.objectives (name, success_plan_id) SELECT 'stays', gsid"
		+ ' FROM local.successplans ORDER BY gsid LIMIT 1');
	await client.query('ROLLBACK');
	same([notices.length, notices[0]?.startsWith('WARNING: ')], [1, true], 'a rollback after a create warns');
	same(ctl('dump', 'objectives').split('\n').filter((line) => line.split('\t')[1] === 'stays').length, 1,
		'and the objective stays');
	await client.end();
	console.log(`1..${count}`);
	process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
	console.log(`Bail out! ${error.stack}`);
	process.exitCode = 1;
});
