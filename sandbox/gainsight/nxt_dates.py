"""The instant that stands for a day: a certain hour of the tenant's own zone."""

import datetime
import zoneinfo
from functools import lru_cache

from .values import EPOCH_DAY

_SECOND = 1_000_000
_FIRST_DAY, _LAST_DAY = datetime.date.min.toordinal(), datetime.date.max.toordinal()
_FIRST_DAY_HOUR = 15            # no year 0 east of UTC
_LAST_DAY_HOUR = 10             # late enough for each zone, and no year 10000 west of UTC


@lru_cache(maxsize=200_000)
def instant(day, zone, hour):
    """Microseconds since 1970 of a day's `hour`; None for none."""
    if day is None:
        return None
    if day == _FIRST_DAY:
        hour = max(hour, _FIRST_DAY_HOUR)
    if day == _LAST_DAY:
        hour = min(hour, _LAST_DAY_HOUR)
    local = datetime.datetime.combine(datetime.date.fromordinal(day), datetime.time(hour))
    shift = zoneinfo.ZoneInfo(zone).utcoffset(local)
    return ((day - EPOCH_DAY) * 86400 + hour * 3600) * _SECOND - shift // datetime.timedelta(
        microseconds=1)
