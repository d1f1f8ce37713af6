"""Whose turn it is: remembered while sorting is dear, asked anew while it is cheap, and never a page twice."""

from ocr.turns import FEW, LONGEST, SEEN, SHARE, Turns


class Queue:
    """A queue whose sorting takes `cost` seconds."""

    def __init__(self, waiting: int, cost: float = 0.0) -> None:
        self.waiting, self.cost, self.clock, self.looks = list(range(waiting)), cost, 0.0, 0
        self.turns = Turns(self.look, now=lambda: self.clock)

    def look(self, number: int) -> list[int]:
        self.looks += 1
        self.clock += self.cost
        return self.waiting[:number]

    def draw(self, taken: frozenset[int] = frozenset()) -> int | None:
        """Draw as a worker does: the first of the candidates that is not `taken` by others."""
        for few in self.turns.few():
            free = [key for key in few if key in self.waiting and key not in taken]
            if free:
                self.turns.took(free[0])
                self.waiting.remove(free[0])
                return free[0]
        return None


def test_a_short_queue_is_looked_at_for_every_page_so_that_a_new_batch_has_its_turn_at_once():
    queue = Queue(3)
    assert queue.draw() == 0
    queue.waiting.insert(0, 99)
    assert queue.draw() == 99
    assert queue.looks == 2


def test_a_long_queue_is_sorted_once_for_many_pages_and_every_page_drawn_in_its_turn():
    queue = Queue(SEEN + 10, cost=1.0)
    assert [queue.draw() for _ in range(SEEN + 10)] == list(range(SEEN + 10))
    assert queue.draw() is None
    assert queue.looks <= 13  # one for the long queue, then one for each page of what is left, and the last in vain


def test_a_long_queue_is_looked_at_again_when_sorting_it_has_been_paid_for():
    queue = Queue(2 * SEEN, cost=0.1)
    queue.draw()
    queue.waiting.insert(0, 9999)
    assert queue.draw() == 1
    queue.clock += 0.1 / SHARE
    assert queue.draw() == 9999


def test_a_new_batch_never_waits_longer_than_that_however_dear_sorting_is():
    queue = Queue(2 * SEEN, cost=60.0)
    queue.draw()
    queue.clock += LONGEST
    queue.draw()
    assert queue.looks == 2


def test_what_others_have_taken_is_passed_over_and_what_comes_after_it_is_found():
    queue = Queue(3 * FEW)
    assert queue.draw(taken=frozenset(range(2 * FEW + 5))) == 2 * FEW + 5


def test_where_others_have_taken_everything_remembered_the_queue_is_looked_at_once_more():
    queue = Queue(2 * SEEN, cost=1.0)
    queue.draw()
    del queue.waiting[:SEEN]
    assert queue.draw() == SEEN + 1
    assert queue.looks == 2


def test_nothing_waits():
    queue = Queue(0)
    assert queue.draw() is None
