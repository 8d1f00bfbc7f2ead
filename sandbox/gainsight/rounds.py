"""Requests that are answered together, so that a test can count round trips without a clock."""

import threading

PATIENCE = 10.0                 # seconds for those that are missing


class Rounds:
    """The first request of a round is answered when the last of it is there."""

    def __init__(self):
        self.changed = threading.Condition()
        self.clear()

    def clear(self):
        with self.changed:
            self.come, self.arrived = [], 0
            self.changed.notify_all()

    def arrive(self, sizes):
        """The number of the round that a request is of, by when it came; None: of none."""
        with self.changed:
            self.arrived += 1
            number = 0
            while number < len(sizes) and self.arrived > sum(sizes[:number + 1]):
                number += 1
            if number == len(sizes):
                return None
            self.come += [0] * (len(sizes) - len(self.come))
            self.come[number] += 1
            self.changed.notify_all()
            return number

    def wait(self, sizes, number):
        """Wait for the rest of a round; did it come?"""
        with self.changed:
            come = self.come            # another list after clear()
            return self.changed.wait_for(
                lambda: come is not self.come or come[number] >= sizes[number], PATIENCE)
