// Sequelize, Knex, Kysely and TypeORM: what they list, and a plan read, filtered, paged, made and changed.
'use strict';

const assert = require('assert');
const { execFileSync } = require('child_process');
const { Pool } = require('pg');

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
const plan = (gsid) => JSON.parse(ctl('plan', gsid));

/** What the tenant was asked since the last call: how often by each method. */
function asked() {
	const counts = {};
	for (const line of ctl('requests').split('\n').filter((one) => one && one !== 'none')) {
		const [, method, times] = line.match(/^(\w+) .* x(\d+)$/);
		counts[method] = (counts[method] ?? 0) + Number(times);
	}
	return counts;
}

// What can be written; the other columns are there to be read.
const WRITABLE = ['name', 'company_id', 'type_id', 'status', 'owner_id', 'start_date', 'end_date', 'comments'];
const COMPUTED = ['company_name', 'owner_name', 'created_date', 'modified_date'];
const isDate = (column) => column === 'start_date' || column === 'end_date';
const isMoment = (column) => column.endsWith('ed_date');
const fresh = (name) => ({ name, company_id: '1P01ORM', type_id: '1T01T', status: 'Archived', end_date: '2027-01-31' });

/** The local copy's answers to the same questions. */
async function truth(pool) {
	const rows = async (text) => (await pool.query(text)).rows;
	const active = await rows("SELECT gsid FROM local.successplans WHERE status = 'Active'"
		+ " AND end_date >= '2026-01-01' ORDER BY gsid COLLATE \"C\"");
	const [one] = await rows("SELECT gsid, name FROM local.successplans WHERE gsid ~ '^[0-9A-Z]+$' AND name IS NOT NULL"
		+ ' ORDER BY gsid COLLATE "C" LIMIT 1');
	return { active: active.map(({ gsid }) => gsid), one };
}

const bare = (rows) => rows.map(({ gsid }) => gsid).sort();

async function sequelize(known) {
	const { Sequelize, DataTypes, Op } = require('sequelize');
	const orm = new Sequelize('postgres', process.env.PGUSER, process.env.PGPASSWORD,
		{ dialect: 'postgres', host: '127.0.0.1', port: process.env.PGPORT, logging: false });
	const type = (column) => (isDate(column) ? DataTypes.DATEONLY : isMoment(column) ? DataTypes.DATE : DataTypes.TEXT);
	const Plan = orm.define('Plan', {
		gsid: { type: DataTypes.TEXT, primaryKey: true },
		...Object.fromEntries([...WRITABLE, ...COMPUTED].map((column) => [column, type(column)])),
	}, { schema: 'gs', tableName: 'successplans', timestamps: false });
	const listed = await orm.query(orm.getQueryInterface().queryGenerator
		.showTablesQuery(), { type: 'SHOWTABLES', raw: true });
	same(listed.flat(), [], 'Sequelize lists no foreign table, and no view');
	same(Object.keys(await orm.getQueryInterface().describeTable({ tableName: 'successplans', schema: 'gs' })).length,
		14, 'but describes one');
	same(asked(), {}, 'and asks the tenant nothing for it');
	same(bare(await Plan.findAll({ attributes: ['gsid'],
		where: { status: 'Active', end_date: { [Op.gte]: '2026-01-01' } } })), known.active, 'findAll');
	same(asked(), { POST: 1 }, 'in one search');
	const page = await Plan.findAndCountAll({ attributes: ['gsid'], where: { status: 'Active',
		end_date: { [Op.gte]: '2026-01-01' } }, order: [['end_date', 'DESC'], ['gsid', 'ASC']], limit: 10, offset: 10 });
	same([page.count, page.rows.length], [known.active.length, 10], 'findAndCountAll: a page, and how many there are');
	same(asked(), { POST: 2 }, 'in two');
	same((await Plan.findByPk(known.one.gsid)).name, known.one.name, 'findByPk');
	same(asked(), { GET: 1 }, 'in one GET');
	const made = await Plan.create(fresh('Sequelize'));
	same([plan(made.gsid).Name, plan(made.gsid).EndDate, made.created_date instanceof Date],
		['Sequelize', '2027-01-31', true], 'create, and what the tenant made of it');
	asked();
	made.comments = 'changed';
	await made.save();
	same([plan(made.gsid).Comments, plan(made.gsid).Name], ['changed', 'Sequelize'], 'save writes what was changed');
	same(asked(), { GET: 1, PUT: 1 }, 'in a GET and a PUT');
	await orm.close();
}

async function knex(known) {
	const db = require('knex')({ client: 'pg', connection: {} });
	const plans = () => db('gs.successplans');
	same(bare(await plans().select('gsid').where({ status: 'Active' }).andWhere('end_date', '>=', '2026-01-01')),
		known.active, 'Knex: where');
	same(asked(), { POST: 1 }, 'in one search');
	same((await plans().first('name').where({ gsid: known.one.gsid })).name, known.one.name, 'first');
	same(asked(), { GET: 1 }, 'in one GET');
	const [{ gsid }] = await plans().insert(fresh('Knex')).returning('gsid');
	same([plan(gsid).Name, plan(gsid).Status], ['Knex', 'Archived'], 'insert, and its Gsid');
	asked();
	same(await plans().where({ gsid }).update({ status: 'Completed' }), 1, 'update counts its row');
	same([plan(gsid).Status, asked()], ['Completed', { GET: 1, PUT: 1 }], 'in a GET and a PUT');
	const found = [];
	await db.transaction(async (work) => {
		await work.raw('DECLARE page NO SCROLL CURSOR FOR SELECT gsid FROM gs.successplans');
		for (let rows; ({ rows } = await work.raw('FETCH 100 FROM page')).rows.length;)
			found.push(...rows);
	});
	same(new Set(bare(found)).size, Number((await db('gs.successplans').count())[0].count), 'pages of a cursor');
	asked();
	await db.destroy();
}

async function kysely(known, pool) {
	const { Kysely, PostgresDialect } = require('kysely');
	const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
	same((await db.introspection.getTables()).filter(({ schema }) => schema === 'gs'), [],
		'Kysely lists no foreign table');
	await pool.query('CREATE VIEW local.viewed AS SELECT * FROM gs.successplans');
	same((await db.introspection.getTables()).filter(({ name }) => name === 'viewed')
		.map(({ isView, columns }) => [isView, columns.length]), [[true, 14]], 'but a view of one');
	for (const table of ['gs.successplans', 'local.viewed']) {
		asked();
		same(bare(await db.selectFrom(table).select('gsid').where('status', '=', 'Active')
			.where('end_date', '>=', '2026-01-01').execute()), known.active, `where, of ${table}`);
		same(asked(), { POST: 1 }, 'in one search');
		const { gsid } = await db.insertInto(table).values(fresh('Kysely')).returning('gsid').executeTakeFirst();
		same(plan(gsid).Name, 'Kysely', 'an insert, and its Gsid');
		asked();
		await db.updateTable(table).set({ owner_id: '1P08X' }).where('gsid', '=', gsid).execute();
		same([plan(gsid).OwnerId, asked()], ['1P08X', { GET: 1, PUT: 1 }], 'an update in a GET and a PUT');
	}
}

async function typeorm(known) {
	const { DataSource, EntitySchema, MoreThanOrEqual } = require('typeorm');
	const column = (name, more) => [name, { nullable: true, ...more,
		type: isDate(name) ? 'date' : isMoment(name) ? 'timestamptz' : 'text' }];
	const Plan = new EntitySchema({ name: 'Plan', schema: 'gs', tableName: 'successplans', columns: {
		// the tenant makes it: TypeORM inserts DEFAULT, and reads what came of it
		gsid: { type: 'text', primary: true, generated: 'uuid' },
		...Object.fromEntries(WRITABLE.map((name) => column(name))),
		...Object.fromEntries(COMPUTED.map((name) => column(name, { insert: false, update: false }))),
	} });
	const source = await new DataSource({ type: 'postgres', host: '127.0.0.1', port: Number(process.env.PGPORT),
		username: process.env.PGUSER, password: process.env.PGPASSWORD, database: 'postgres',
		entities: [Plan], installExtensions: false }).initialize();
	const plans = source.getRepository(Plan);
	asked();
	same(bare(await plans.findBy({ status: 'Active', end_date: MoreThanOrEqual('2026-01-01') })), known.active,
		'TypeORM: findBy');
	same(asked(), { POST: 1 }, 'in one search');
	const [page, all] = await plans.findAndCount({ where: { status: 'Active', end_date: MoreThanOrEqual('2026-01-01') },
		order: { end_date: 'DESC', gsid: 'ASC' }, take: 10, skip: 10 });
	same([page.length, all, asked()], [10, known.active.length, { POST: 2 }], 'findAndCount, in two');
	const made = await plans.save(fresh('TypeORM'));
	same(plan(made.gsid).Name, 'TypeORM', 'save makes a plan, and knows its Gsid');
	asked();
	const again = await plans.findOneBy({ gsid: made.gsid });
	same([again.name, again.created_date instanceof Date, asked()], ['TypeORM', true, { GET: 1 }], 'findOneBy, by one GET');
	again.comments = 'changed';
	again.company_name = 'what is computed';
	await plans.save(again);
	same([plan(made.gsid).Comments, plan(made.gsid).CompanyName === 'what is computed'], ['changed', false],
		'save writes what was changed and can be');
	same(asked(), { GET: 2, PUT: 1 }, 'in a GET to look, and a GET and a PUT');
	await source.destroy();
}

async function main() {
	const pool = new Pool();
	const known = await truth(pool);
	asked();
	await sequelize(known);
	await knex(known);
	await kysely(known, pool);
	await typeorm(known);
	await pool.end();
	console.log(`1..${count}`);
	process.exitCode = failed ? 1 : 0;
}

main().catch((error) => {
	console.log(`Bail out! ${error.stack}`);
	process.exitCode = 1;
});
