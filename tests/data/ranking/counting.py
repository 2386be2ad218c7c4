"""Plain programs for the definitions in the README of the ranking engine: slow, exact, and sharing nothing with it.

Options are numbered from 1. A ranked ballot is (weight, [[options of the first tier], [second tier], ...]); options that it
does not name share a last tier. generate.py writes elections and what these programs say of them.
"""
from fractions import Fraction
from functools import lru_cache

# ----------------------------------------------------------------------------------------------------------------------
# Pairs


def pairwise(m, ballots):
    """n[a][b]: the weight of the ballots with a strictly above b (row and column 0 are not used)."""
    n = [[0] * (m + 1) for _ in range(m + 1)]
    for weight, tiers in ballots:
        below = set(range(1, m + 1))
        for tier in tiers:
            below -= set(tier)
            for a in tier:
                for b in below:
                    n[a][b] += weight
    return n


STRENGTH = {
    'wv': lambda n, a, b: (n[a][b],),
    'margin': lambda n, a, b: (n[a][b] - n[b][a],),
    'wv_lv': lambda n, a, b: (n[a][b], -n[b][a]),
}


def peel(options, beats):
    """Tiers: those whom no one left beats, again and again."""
    tiers, left = [], list(options)
    while left:
        tier = [a for a in left if not any(beats(b, a) for b in left)]
        tiers.append(tier)
        left = [a for a in left if a not in tier]
    return tiers


def by_score(options, score):
    """Tiers of equal scores, the highest first."""
    return [[a for a in options if score[a] == s] for s in sorted({score[a] for a in options}, reverse=True)]


def schulze(m, n, strength):
    options, s = range(1, m + 1), STRENGTH[strength]
    none = (-1,)
    path = {(a, b): s(n, a, b) if n[a][b] > n[b][a] else none for a in options for b in options if a != b}
    for c in options:
        for a in options:
            for b in options:
                if len({a, b, c}) == 3:
                    path[a, b] = max(path[a, b], min(path[a, c], path[c, b]))
    return peel(options, lambda a, b: a != b and path[a, b] > path[b, a])


def ranked_pairs(m, n, strength):
    """Pairs by strength, then by the winner's and the loser's number; each is locked unless it closes a circle.

    Among equal winning votes the pair with less opposition comes first.
    """
    options, s = range(1, m + 1), STRENGTH['wv_lv' if strength == 'wv' else strength]
    wins = [(a, b) for a in options for b in options if n[a][b] > n[b][a]]
    wins.sort(key=lambda p: ([-x for x in s(n, *p)], p))
    reach = {a: {a} for a in options}
    for a, b in wins:
        if a in reach[b]:
            continue
        for c in options:
            if a in reach[c]:
                reach[c] |= reach[b]
    return peel(options, lambda a, b: a != b and b in reach[a])


def borda(m, n):
    options = range(1, m + 1)
    return by_score(options, {a: sum(n[a][b] - n[b][a] for b in options) for a in options})


def modified_borda(m, ballots):
    """A ballot that ranks k options in a strict order gives k, k - 1, ..., 1."""
    score = dict.fromkeys(range(1, m + 1), 0)
    for weight, tiers in ballots:
        left = sum(map(len, tiers))
        for tier in tiers:
            # Options of one tier share what they would have in any order.
            points = Fraction(sum(range(left - len(tier) + 1, left + 1)), len(tier))
            for a in tier:
                score[a] += weight * points
            left -= len(tier)
    return by_score(range(1, m + 1), score)


def copeland(m, n):
    options = range(1, m + 1)
    return by_score(options, {a: sum((n[a][b] > n[b][a]) - (n[a][b] < n[b][a]) for b in options) for a in options})


def minimax(m, n, kind):
    options, worst = range(1, m + 1), {}
    for a in options:
        others = [b for b in options if b != a]
        if kind == 'wv':
            worst[a] = -max([n[b][a] for b in others if n[b][a] > n[a][b]], default=0)
        elif kind == 'margin':
            worst[a] = -max([n[b][a] - n[a][b] for b in others], default=0)
        else:
            worst[a] = -max([n[b][a] for b in others], default=0)
    return by_score(options, worst)


def kemeny(m, n):
    """The order with the least disagreement, and how many orders have as little."""

    @lru_cache(maxsize=None)
    def best(left):
        if not left:
            return 0, 1, ()
        cost, count, order = None, 0, None
        for a in left:
            rest, orders, tail = best(tuple(b for b in left if b != a))
            rest += sum(n[b][a] for b in left if b != a)
            if cost is None or rest < cost:
                cost, count, order = rest, orders, (a,) + tail
            elif rest == cost:
                count += orders
        return cost, count, order

    _, count, order = best(tuple(range(1, m + 1)))
    return [[a] for a in order], count


# ----------------------------------------------------------------------------------------------------------------------
# Elimination and transfer, on strict ballots


def first(ballot, left):
    return next((a for (a,) in ballot if a in left), None)


def irv_tally(ballots, left):
    tally = dict.fromkeys(left, 0)
    for weight, ballot in ballots:
        a = first(ballot, left)
        if a:
            tally[a] += weight
    return tally


def irv(m, ballots):
    """Winners of all lots; the winner and the eliminated in their order when the highest number goes out first."""

    @lru_cache(maxsize=None)
    def winners(left):
        if len(left) == 1:
            return frozenset(left)
        tally = irv_tally(ballots, left)
        least = min(tally.values())
        return frozenset().union(*(winners(tuple(b for b in left if b != a)) for a in left if tally[a] == least))

    left, out = list(range(1, m + 1)), []
    while len(left) > 1:
        tally = irv_tally(ballots, left)
        least = min(tally.values())
        out.append(max(a for a in left if tally[a] == least))
        left.remove(out[-1])
    return sorted(winners(tuple(range(1, m + 1)))), left[0], out


class Lot(Exception):
    """The votes cast do not decide."""


def scottish(m, seats, ballots):
    """Scottish Local Government Elections Order 2011, schedule 1, rules 45 to 52; votes in 1/100,000."""
    unit = 100000
    valid = sum(w for w, _ in ballots)
    quota = valid // (seats + 1) + 1
    hopeful, elected = set(range(1, m + 1)), []
    papers = {a: [] for a in hopeful}  # (number of papers, value of each, ballot)
    lost = 0
    for weight, ballot in ballots:
        papers[first(ballot, hopeful)].append((weight, unit, ballot))
    votes = {a: sum(w * v for w, v, _ in papers[a]) for a in papers}
    stages = []
    waiting = []  # elected with a surplus that is not transferred yet

    def record(action):
        stages.append({'action': action, 'votes': {str(a): votes[a] for a in sorted(votes)}, 'nontransferable': lost})

    def extreme(candidates, best):
        """The one with most (least) votes; where equal, at the latest stage at which they differed."""
        tied = list(candidates)
        for past in [votes] + [{int(a): v for a, v in s['votes'].items()} for s in reversed(stages)]:
            value = best(past[a] for a in tied)
            tied = [a for a in tied if past[a] == value]
            if len(tied) == 1:
                return tied[0]
        raise Lot

    def elect():
        while True:
            over = [a for a in hopeful if votes[a] >= quota * unit]
            if not over:
                return
            a = extreme(over, max)
            hopeful.discard(a)
            elected.append(a)
            if votes[a] > quota * unit:
                waiting.append(a)

    def transfer(bundle):
        nonlocal lost
        for w, value, ballot in bundle:
            to = first(ballot, hopeful)
            if to:
                papers[to].append((w, value, ballot))
                votes[to] += w * value
            else:
                lost += w * value

    record('first preferences')
    elect()
    while len(elected) < seats:
        if len(hopeful) <= seats - len(elected):
            while hopeful:
                a = extreme(hopeful, max)
                hopeful.discard(a)
                elected.append(a)
            break
        if waiting:
            a = extreme(waiting, max)
            waiting.remove(a)
            surplus, total = votes[a] - quota * unit, votes[a]
            bundle = [(w, surplus * value // total, ballot) for w, value, ballot in papers[a]]
            votes[a] = quota * unit
            transfer(bundle)
            record(f'surplus {a}')
        else:
            a = extreme(hopeful, min)
            hopeful.discard(a)
            bundle, papers[a], votes[a] = papers[a], [], 0
            transfer(bundle)
            record(f'exclude {a}')
        elect()
    return quota, elected, stages


def meek(m, seats, ballots, omega=Fraction(1, 10**6)):
    """Keep factors, in fixed point of nine digits, rounded up; the quota follows what is not exhausted."""
    unit = 10**9

    def up(x, y):
        return -(-x // y)

    hopeful, elected, out = set(range(1, m + 1)), set(), set()
    keep = dict.fromkeys(hopeful, unit)
    while len(elected) < seats and len(elected) + len(hopeful) > seats:
        last = None
        while True:
            votes, exhausted = dict.fromkeys(keep, 0), 0
            for weight, ballot in ballots:
                left = unit
                for (a,) in ballot:
                    if a in out:
                        continue
                    kept = up(left * keep[a], unit)
                    votes[a] += weight * kept
                    left -= kept
                    if left <= 0:
                        break
                exhausted += weight * left
            quota = (sum(w for w, _ in ballots) * unit - exhausted) // (seats + 1) + 1
            new = [a for a in hopeful if votes[a] >= quota]
            hopeful -= set(new)
            elected |= set(new)
            surplus = sum(max(0, votes[a] - quota) for a in elected)
            if new or surplus < omega * unit or (last is not None and surplus >= last):
                break
            last = surplus
            for a in elected:
                keep[a] = up(up(keep[a] * quota, unit) * unit, votes[a])
        if new:
            continue
        least = min(votes[a] for a in hopeful)
        tied = [a for a in hopeful if votes[a] <= least + surplus]
        if len(tied) > 1:
            raise Lot
        hopeful -= set(tied)
        out |= set(tied)
        keep[tied[0]] = 0
    if len(elected) < seats:
        elected |= hopeful
    return sorted(elected)


def wigm(m, seats, ballots):
    """Weighted inclusive Gregory as the Proportional Representation Foundation defines it: four digits."""
    unit = 10**4
    valid = sum(w for w, _ in ballots)
    quota = valid * unit // (seats + 1) + 1
    hopeful, elected, pending = set(range(1, m + 1)), [], []
    papers = {a: [] for a in hopeful}
    for weight, ballot in ballots:
        papers[first(ballot, hopeful)].append((weight, unit, ballot))
    votes = {a: sum(w * v for w, v, _ in papers[a]) for a in papers}

    def only(candidates, best):
        value = best(votes[a] for a in candidates)
        found = [a for a in candidates if votes[a] == value]
        if len(found) > 1:
            raise Lot
        return found[0]

    def transfer(bundle):
        for w, value, ballot in bundle:
            to = first(ballot, hopeful)
            if to:
                papers[to].append((w, value, ballot))
                votes[to] += w * value

    while len(elected) < seats:
        for a in [a for a in hopeful if votes[a] >= quota]:
            hopeful.discard(a)
            elected.append(a)
            pending.append(a)
        if len(elected) >= seats:
            break
        if len(hopeful) <= seats - len(elected):
            elected += hopeful
            break
        if pending:
            a = only(pending, max)
            pending.remove(a)
            surplus, total = votes[a] - quota, votes[a]
            transfer([(w, value * surplus // total, ballot) for w, value, ballot in papers[a]])
            votes[a] = quota
        else:
            a = only(hopeful, min)
            hopeful.discard(a)
            transfer(papers[a])
            votes[a] = 0
    return sorted(elected)


# ----------------------------------------------------------------------------------------------------------------------
# Budgets: votes are a list of {project: points}, costs a dict in the order of the file


def equal_shares(costs, votes, share, worth):
    """The projects bought, in order, with their prices; rounds with several least prices; and the money left.

    share: what each voter has; worth(p, points): a voter's utility of p. The first id of equal prices is bought.
    """
    money = [share] * len(votes)
    supporters = {p: [(v, Fraction(worth(p, points[p]))) for v, points in enumerate(votes) if points.get(p)] for p in costs}
    bought, prices, ties = [], [], 0
    # A price never falls while money goes, so one that was above the least of this round need not be computed anew.
    known = {p: Fraction(0) for p in costs if supporters[p]}
    while True:
        best, found = None, []
        for p in sorted(known, key=lambda p: known[p]):
            if best is not None and known[p] > best:
                break
            if sum(money[v] for v, _ in supporters[p]) < costs[p]:
                del known[p]
                continue
            rest, total = Fraction(costs[p]), sum(u for _, u in supporters[p])
            for v, u in sorted(supporters[p], key=lambda s: money[s[0]] / s[1]):
                if rest <= total * (money[v] / u):
                    break
                rest -= money[v]
                total -= u
            known[p] = price = rest / total
            if best is None or price < best:
                best, found = price, [p]
            elif price == best:
                found.append(p)
        if best is None:
            return bought, prices, ties, money
        ties += len(found) > 1
        p = min(found)
        bought.append(p)
        prices.append(best)
        del known[p]
        for v, u in supporters[p]:
            money[v] -= min(money[v], best * u)


def add_one(costs, votes, budget, worth):
    """Equal shares, with one more unit for each voter, as long as what is bought fits; exhaustive is enough."""
    share = Fraction(budget, len(votes))
    bought = equal_shares(costs, votes, share, worth)[0]
    while True:
        spent = sum(costs[p] for p in bought)
        if not any(p not in bought and spent + c <= budget and any(v.get(p) for v in votes) for p, c in costs.items()):
            return bought
        share += 1
        more = equal_shares(costs, votes, share, worth)[0]
        if sum(costs[p] for p in more) > budget:
            return bought
        bought = more


def fill(costs, budget, order, bought=()):
    """What comes first in `order` and fits, is funded."""
    bought = list(bought)
    left = budget - sum(costs[p] for p in bought)
    for p in order:
        if p not in bought and costs[p] <= left:
            bought.append(p)
            left -= costs[p]
    return bought


def phragmen(costs, votes, budget):
    """Voters earn evenly; what its supporters can pay is bought; it ends when the next one does not fit."""
    load = [Fraction(0)] * len(votes)
    supporters = {p: [v for v, points in enumerate(votes) if points.get(p)] for p in costs}
    bought, left = [], budget
    while True:
        at = {p: (costs[p] + sum(load[v] for v in s)) / Fraction(len(s))
              for p, s in supporters.items() if s and p not in bought}
        if not at:
            return bought
        p = min(at, key=lambda q: (at[q], q))
        if costs[p] > left:
            return bought
        bought.append(p)
        left -= costs[p]
        for v in supporters[p]:
            load[v] = at[p]
