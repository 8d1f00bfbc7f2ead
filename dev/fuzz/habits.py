"""The tenants' habits in the dialect nxt, one a mode, and any of them together."""

_NXT = {"dialect": "nxt"}
ANY = None              # in place of switches: drawn anew with the data, from _HABITS

# Fields that have another name than in the document.
_FIELDS = {"EndDate": "DueDate", "TypeName": "SuccessPlanTypeId__gr.Name", "Status": "StatusId__gr.Name",
           "CompanyName": "CompanyId__gr.Name", "Comments": "ActionPlan"}

# What only a tenant of the document's dialect is asked, unless an option says otherwise.
DOCUMENTED = ("NE", "ENDS_WITH", "(", "one plan")
_OPERATORS = ("EQ", "IN", "LT", "GT", "LTE", "GTE", "CONTAINS", "STARTS_WITH", "IS_NULL", "IS_NOT_NULL")


def _in_zone(zone, hour=17):
    return "due_zone=" + zone, "due_hour=%d" % hour, {"time_zone": zone}


def _apart(parts):
    """(switches, options)"""
    options = dict(_NXT)
    for part in parts:
        options.update(part if isinstance(part, dict) else {})
    return [part for part in parts if isinstance(part, str)], options


NXT_MODES = {
    "nxt": ((), _NXT),
    "nxt-any": (ANY, _NXT),
    "nxt-fold": (("text_fold=true", "order_fold=true"), _NXT),
    "nxt-nulls": (("keep_nulls=true", "null_tests=blank"), _NXT),
    "nxt-ignore": (("ignore_filters=true",), _NXT),
    "nxt-nested": (("lookups=nested", "drop_nulls=true"), _NXT),
    "nxt-mixed": (("lookups=mixed", "blank_nulls=true"), _NXT),
    "nxt-order": (("ignore_order=true",), dict(_NXT, page_size="7")),
    "nxt-shuffle": (("ignore_order=true", "shuffle=true"), _NXT),
    "nxt-cap": (("page_cap=100",), _NXT),
    "nxt-dropped": (('ignore_operators=["IS_NOT_NULL"]',), _NXT),
    "nxt-empty": (("data_null_when_empty=true", "bare_arrays=true"), _NXT),
    "nxt-no-data": (("no_data=result_false",), _NXT),
    "nxt-no-data-400": (("no_data=gsobj_1011",), _NXT),
    "nxt-epoch": (("epoch_dates=true",), _NXT),
    "nxt-total": (("nxt_total=true",), _NXT),
    "nxt-doubles": (("doubles=true",), _NXT),
    "nxt-all": (("expressions=nested",), dict(_NXT, expressions="nested", in_list_size="100", operators=", ".join(
        _OPERATORS + ("NE", "ENDS_WITH")))),
    "nxt-lenient": (("strict=false", "dotted_filters=false"), _NXT),
    "nxt-west": _apart(_in_zone("America/Denver")),
    "nxt-east": _apart(_in_zone("Pacific/Auckland", 0)),
    "nxt-page2": ((), dict(_NXT, page_size="2")),
}
# Where nothing is in order a page has to be all: below a hundred rows it is taken for that.
NXT_SIZES = {"nxt-shuffle": ("plans=60", "objectives=1")}
NXT_SLOW = {"nxt-page2": 10, "nxt-order": 4}

# Of each line one, mostly the first: switches of the tenant, and options that go with them.
_HABITS = (
    ((), ("lookups=nested",), ("lookups=mixed",)),
    ((), ("ignore_order=true",), ("order_fold=true",)),
    ((), ("page_cap=100",), ("page_cap=130",), ({"page_size": "7"},), ({"page_size": "100"},), ({"page_size": "101"},)),
    ((), ("keep_nulls=true",)),
    ((), ("null_tests=blank",)),
    ((), ('ignore_operators=["IS_NOT_NULL"]',), ('ignore_operators=["IS_NOT_NULL","GTE"]',)),
    ((), ("text_fold=true",), ("ignore_filters=true",), ("doubles=true",)),
    ((), ("data_null_when_empty=true",), ("no_data=result_false",), ("no_data=gsobj_1011",)),
    ((), ("drop_nulls=true",), ("blank_nulls=true",)),
    ((), ("epoch_dates=true",), ("date_style=document",)),
    ((), ("key_case=lower",), ("key_case=select",)),
    ((), ("bare_arrays=true",), ("nxt_total=true",), ("ignore_select=true",)),
    ((), ("multi_select=array",)),
    ((), ("expressions=nested", {"expressions": "nested"})),
    ((), ("strict=false", "dotted_filters=false"), ("strict=false",)),
    ((), _in_zone("America/Denver"), _in_zone("Pacific/Honolulu", 23), _in_zone("Pacific/Auckland", 0),
     _in_zone("Asia/Kolkata"), _in_zone("Pacific/Apia", 0), _in_zone("America/Sao_Paulo", 0)),
    ((), ({"in_list_size": "3"},), ({"in_list_size": "100"},), ("max_in=10",)),
    ((), ('operators=["EQ","IN","GTE","LTE"]', {"operators": "EQ, IN, GTE, LTE"}),
     ('operators=["EQ","LT","GT","CONTAINS","IS_NULL"]', {"operators": "EQ, LT, GT, CONTAINS, IS_NULL"})),
    ((), ("gzip=true", "wrong_content_type=true"), ({"compression": "false"},)),
    ((), ({"max_connections": "1"},)),
)


def any_habits(rng):
    """(switches, options) of a tenant that nobody has seen yet."""
    return _apart([part for habits in _HABITS
                   for part in (rng.choice(habits[1:]) if rng.random() < 0.4 else habits[0])])


def is_nxt(options):
    return options.get("dialect") == "nxt"


def field_of(column, options):
    """The field of a table's column in the dialect of a server with these options."""
    return _FIELDS.get(column.field, column.field) if is_nxt(options) else column.field
