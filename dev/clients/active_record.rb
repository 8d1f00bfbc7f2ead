# ActiveRecord: what it lists, a model with a key, a plan read, filtered, paged, made and changed.

begin
  require 'active_record'
  require 'pg'
rescue LoadError
  puts "1..0 # SKIP Ruby's ActiveRecord, or its pg, is not here"
  exit
end
require 'json'
require 'open3'

$count = 0
$failed = 0

def same(got, expected, name)
  good = got == expected
  puts "#{good ? 'ok' : 'not ok'} #{$count += 1} - #{name}"
  return if good

  $failed += 1
  puts "# got: #{got.inspect[0, 1500]}", "# expected: #{expected.inspect[0, 1500]}"
end

def ctl(*words)
  out, status = Open3.capture2(ENV['GS_CTL'], *words)
  raise "ctl #{words.join(' ')} failed" unless status.success?

  out.force_encoding('UTF-8')
end

# How often the tenant was asked since the last call, by each method.
def asked
  ctl('requests').lines(chomp: true).reject { |line| line == 'none' }.each_with_object(Hash.new(0)) do |line, counts|
    counts[line[/\w+/]] += line[/\d+$/].to_i
  end.to_h
end

def plan(gsid)
  JSON.parse(ctl('plan', gsid))
end

ActiveRecord::Base.establish_connection(adapter: 'postgresql', host: '127.0.0.1', port: ENV['PGPORT'],
                                        username: ENV['PGUSER'], password: ENV['PGPASSWORD'],
                                        database: ENV['PGDATABASE'], schema_search_path: 'gs, public')

class Plan < ActiveRecord::Base
  self.table_name = 'gs.successplans'
  self.primary_key = 'gsid'
  attr_readonly 'company_name', 'type_name', 'owner_name', 'created_date', 'modified_date'
  has_many :objectives, foreign_key: 'success_plan_id'
end

class Objective < ActiveRecord::Base
  self.table_name = 'gs.objectives'
  self.primary_key = 'gsid'
  belongs_to :plan, foreign_key: 'success_plan_id'
end

# The same, of the plain copy.
class Known < ActiveRecord::Base
  self.table_name = 'local.successplans'
  self.primary_key = 'gsid'
end

same(ActiveRecord::Base.connection.foreign_tables.sort, %w[objectives plan_types successplans],
     'foreign tables are listed, beside the others')
same(Plan.columns.size, 14, 'and have their columns')
same(asked, {}, 'for which the tenant is asked nothing')

wanted = { status: 'Active', end_date: Date.new(2026, 1, 1).. }
same(Plan.where(wanted).pluck(:gsid).sort, Known.where(wanted).pluck(:gsid).sort, 'where')
same(asked, { 'POST' => 1 }, 'in one search')
one = Known.where("gsid ~ '^[0-9A-Z]+$'").order(:gsid).first
same(Plan.find(one.gsid).attributes, one.attributes, 'find')
same(asked, { 'GET' => 1 }, 'by one GET')
same(Plan.where(wanted).order(end_date: :desc, gsid: :asc).limit(10).offset(10).pluck(:gsid),
     Known.where(wanted).order(end_date: :desc, gsid: :asc).limit(10).offset(10).pluck(:gsid), 'a page')
same(asked, { 'POST' => 1 }, 'in one search')
few = Known.where("gsid ~ '^[0-9A-Z]+$'").order(:gsid).limit(5).pluck(:gsid)
same(Plan.where(gsid: few).preload(:objectives).sum { |one_plan| one_plan.objectives.size },
     Objective.where(success_plan_id: few).count, 'preload reads the objectives of these plans')
same(asked, { 'POST' => 1, 'GET' => 10 }, 'by a list for each')

made = Plan.create!(name: 'ActiveRecord', company_id: '1P01ORM', type_id: '1T01T', status: 'Active',
                    end_date: Date.new(2027, 1, 31))
same([plan(made.gsid)['Name'], plan(made.gsid)['EndDate']], %w[ActiveRecord 2027-01-31], 'create, and its Gsid')
asked
made.update!(comments: 'changed')
same([plan(made.gsid)['Comments'], plan(made.gsid)['Name']], %w[changed ActiveRecord], 'update writes what was changed')
same(asked, { 'GET' => 1, 'PUT' => 1 }, 'by a GET and a PUT')
same(Plan.find_by(gsid: made.gsid).created_date.nil?, false, 'and what is computed can be read')
found = Plan.connection.transaction do
  Plan.connection.execute('DECLARE page NO SCROLL CURSOR FOR SELECT gsid FROM gs.successplans')
  Enumerator.new { |all| until (rows = Plan.connection.select_values('FETCH 100 FROM page')).empty?; rows.each { |row| all << row }; end }.to_a
end
same(found.uniq.size, Known.count + 1, 'a cursor gives each plan once')

puts "1..#{$count}"
exit($failed.zero? ? 0 : 1)
