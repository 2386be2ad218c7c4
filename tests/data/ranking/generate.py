#!/usr/bin/env python3
"""Writes elections and budgets as cities have them, in the formats of others, and what counting.py says of them.

    tests/data/ranking/generate.py     writes INDEX.json, files/ and expected/{ordinal,stv,pb}/ anew, always the same

They stand in for collections of real elections that may not be redistributed. Where one has such a collection in the same layout,
`VOTUM_RANKING_DATA=FOLDER ranking_test` counts it too.
"""
import json
import math
import random
import shutil
from fractions import Fraction
from pathlib import Path

import counting

HERE = Path(__file__).parent
NAMES = ['Anna Ahlers', 'Björn Özdemir', 'Clara von der Heide', "Dóra O'Neill", 'Emil Groß', 'Fatma "Fati" Kaya', 'Gül Ilgaz',
         'Hans-Peter Müller', 'Ines: Liste 9', 'Jörg Weiß, Dr.', 'Käthe Sørensen', 'Lê Văn Minh']
PARTIES = ['SNP', 'Lab', 'Con', 'LD', 'Grn', 'Ind']


class Chance:
    """Chance that is the same in every version of Python: random() alone is promised to stay."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def normal(self):
        return math.sqrt(-2 * math.log(1 - self.random())) * math.cos(2 * math.pi * self.random())


def opinions(chance, options, voters):
    """For each voter, how far each option is from what they want: three camps in a plane, and whims."""
    camps = [(chance.normal(), chance.normal()) for _ in range(3)]
    places = [tuple(c + chance.normal() / 2 for c in camps[chance.below(3)]) for _ in range(options)]
    for _ in range(voters):
        x, y = camps[chance.below(3)]
        x, y = x + chance.normal() / 3, y + chance.normal() / 3
        yield [math.hypot(x - u, y - v) + chance.normal() / 6 for u, v in places]


def counted(ballots):
    """Equal ballots as one with a weight, the most frequent first, otherwise in the order of their first."""
    weights = {}
    for ballot in ballots:
        weights[ballot] = weights.get(ballot, 0) + 1
    return sorted(((w, [list(t) for t in ballot]) for ballot, w in weights.items()), key=lambda p: -p[0])


def ranked(chance, m, voters, kind):
    """Ballots of a kind: soc (all ranked), soi (some ranked), toc (all, with ties)."""
    ballots = []
    for distance in opinions(chance, m, voters):
        order = sorted(range(1, m + 1), key=lambda a: distance[a - 1])
        if kind == 'toc':
            tiers = [[order[0]]]
            for a, b in zip(order, order[1:]):
                if distance[b - 1] - distance[a - 1] < 0.25:
                    tiers[-1].append(b)
                else:
                    tiers.append([b])
        else:
            length = m if kind == 'soc' else min(m, 1 + chance.below(m + 1))
            tiers = [[a] for a in order[:length]]
        ballots.append(tuple(tuple(sorted(t)) for t in tiers))
    return counted(ballots)


def preflib(name, kind, m, ballots):
    lines = [f'# FILE NAME: {name}', '# TITLE: Bürgerhaushalt Musterstadt', '# DESCRIPTION: ', f'# DATA TYPE: {kind}',
             '# MODIFICATION TYPE: synthetic', '# RELATES TO: ', '# RELATED FILES: ', '# PUBLICATION DATE: 2026-11-29',
             '# MODIFICATION DATE: 2026-11-29', f'# NUMBER ALTERNATIVES: {m}',
             f'# NUMBER VOTERS: {sum(w for w, _ in ballots)}', f'# NUMBER UNIQUE ORDERS: {len(ballots)}']
    lines += [f'# ALTERNATIVE NAME {a}: {NAMES[a - 1]}' for a in range(1, m + 1)]
    for weight, tiers in ballots:
        orders = (str(t[0]) if len(t) == 1 else '{' + ','.join(map(str, t)) + '}' for t in tiers)
        lines.append(f'{weight}: ' + ','.join(orders))
    return '\n'.join(lines) + '\n'


def blt(title, m, seats, ballots, party):
    lines = [f'{m} {seats}']
    lines += [' '.join([str(w)] + ['='.join(map(str, t)) for t in tiers] + ['0']) for w, tiers in ballots]
    lines.append('0')
    for a in range(m):
        name = NAMES[a].replace('"', '')
        # As Scottish councils write them, or plainly.
        lines.append(f'"{PARTIES[a % 6]} ""{name}"" "' if party else f'"{name}"')
    return '\n'.join(lines + [f'"{title}"' if not party else title]) + '\n'


def pabulib(kind, budget, costs, votes, decimals):
    supporters = {p: sum(p in v for v in votes) for p in costs}
    lines = ['META', 'key;value', 'description;Bürgerhaushalt Musterstadt', 'country;Germany', 'unit;Musterstadt',
             f'num_projects;{len(costs)}', f'num_votes;{len(votes)}', f'budget;{budget}', f'vote_type;{kind}',
             'rule;equalshares', 'min_length;1', 'currency;EUR', 'PROJECTS', 'project_id;cost;votes;name;category']
    for i, (p, cost) in enumerate(costs.items()):
        lines.append(f'{p};{cost}{".0" if decimals else ""};{supporters[p]};Straßenbäume, Abschnitt {i + 1};Grün / Verkehr')
    lines += ['VOTES', 'voter_id;vote;points' if kind == 'cumulative' else 'voter_id;vote']
    for i, vote in enumerate(votes):
        points = ';' + ','.join(map(str, vote.values())) if kind == 'cumulative' else ''
        lines.append(f'{i + 1};' + ','.join(vote) + points)
    return '\n'.join(lines) + '\n'


def write(index, kind, file, text, expected, **more):
    path = HERE / 'files' / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    result = f'expected/{kind}/{path.name}.json'
    (HERE / result).parent.mkdir(parents=True, exist_ok=True)
    (HERE / result).write_text(json.dumps(expected, separators=(',', ':')) + '\n')
    index[kind].append({'file': file, 'expected': result} | more)


def count_ordinal(m, ballots):
    n, methods = counting.pairwise(m, ballots), {}
    for strength in ('wv', 'margin', 'wv_lv'):
        methods[f'schulze_{strength}'] = counting.schulze(m, n, strength)
    for strength in ('margin', 'wv'):
        methods[f'ranked_pairs_{strength}'] = counting.ranked_pairs(m, n, strength)
    methods |= {'borda': counting.borda(m, n), 'borda_mbc': counting.modified_borda(m, ballots),
                'copeland': counting.copeland(m, n)}
    for kind in ('wv', 'margin', 'opposition'):
        methods[f'minimax_{kind}'] = counting.minimax(m, n, kind)
    order, optimal = counting.kemeny(m, n)
    if optimal == 1:
        methods['kemeny'] = order
    methods = {name: {'ranking': ranking} for name, ranking in methods.items()}
    if all(len(t) == 1 for _, tiers in ballots for t in tiers):
        winners, winner, out = counting.irv(m, ballots)
        methods['irv'] = {'put_winners': winners, 'winner_tb_highest_id_out': winner, 'elimination_order_tb': out}
    return {'methods': methods}


def ordinal(index):
    for i in range(48):
        chance = Chance(f'ordinal {i}')
        kind = ('soc', 'soi', 'toc', 'blt')[i % 4]
        m, voters = 3 + i // 4 * 9 // 11, (8, 40, 150, 400)[i // 4 % 4] + chance.below(30)
        ballots = ranked(chance, m, voters, 'soi' if kind == 'blt' else kind)
        name = f'{i:02}.{kind}'
        text = blt('Vorstandswahl', m, 1, ballots, False) if kind == 'blt' else preflib(name, kind, m, ballots)
        write(index, 'ordinal', f'preflib/{kind}/{name}' if kind != 'blt' else f'blt/{name}', text, count_ordinal(m, ballots))


def transferable(index):
    """Wards in which no lot is drawn: what a lot does is in expected/fuzz_stv.json."""
    i = seed = 0
    while i < 32:
        chance = Chance(f'stv {seed}')
        seed += 1
        m, seats = 4 + i % 9, 1 + i % 4
        if m <= seats:
            i += 1
            continue
        ballots = ranked(chance, m, 200 + chance.below(1000), 'soi')
        try:
            quota, elected, stages = counting.scottish(m, seats, ballots)
            expected = {'scottish': {'quota': quota, 'elected_in_order': elected, 'rounds_votes_1e5': stages},
                        'meek': {'elected': counting.meek(m, seats, ballots)},
                        'wigm_prf_droop': {'elected': counting.wigm(m, seats, ballots)}}
        except counting.Lot:
            continue
        write(index, 'stv', f'wards/ward_{i:02}.blt', blt(f'Ward {i} - Dyce', m, seats, ballots, True), expected, seats=seats)
        i += 1


def count_budget(kind, budget, costs, votes):
    supporters = {p: sum(p in v for v in votes) for p in costs}
    if kind == 'ordinal':
        votes = [{p: len(v) - i for i, p in enumerate(v)} for v in votes]
    points = {p: sum(v.get(p, 0) for v in votes) for p in costs}
    wanted = [p for p in costs if supporters[p]]
    by_votes = sorted(wanted, key=lambda p: (-supporters[p], p))
    methods = {}

    def put(name, funded, **more):
        methods[name] = {'funded': sorted(funded), 'cost': str(sum(costs[p] for p in funded))} | more

    def shares(name, worth):
        order, prices, ties, _ = counting.equal_shares(costs, votes, Fraction(budget, len(votes)), worth)
        put(name, order, order=order, rho=list(map(str, prices)), tie_rounds=ties)

    if kind in ('cumulative', 'ordinal'):
        shares('mes_score' if kind == 'cumulative' else 'mes_borda_len_minus_pos', lambda p, given: given)
        put('greedy_score' if kind == 'cumulative' else 'greedy_borda',
            counting.fill(costs, budget, sorted(wanted, key=lambda p: (-points[p], p))))
        return methods
    for name, worth in (('mes_cost', lambda p, given: costs[p]), ('mes_cardinality', lambda p, given: 1)):
        shares(name, worth)
        more = counting.add_one(costs, votes, budget, worth)
        put(f'{name}_add1', more)
        put(f'{name}_add1u', counting.fill(costs, budget, by_votes, more))
    put('greedy_votes', counting.fill(costs, budget, by_votes))
    put('greedy_votes_per_cost',
        counting.fill(costs, budget, sorted(wanted, key=lambda p: (-Fraction(supporters[p], costs[p]), p))))
    put('seq_phragmen', counting.phragmen(costs, votes, budget))
    return methods


def budgets(index):
    for i in range(32):
        chance = Chance(f'pb {i}')
        kind = ('approval', 'choose-1', 'cumulative', 'ordinal')[i % 4]
        projects, voters = 5 + i // 2, (30, 120, 300)[i // 4 % 3] + chance.below(40)
        costs = {f'{100 + p}': 50 * chance.between(2, 200) for p in range(projects)}
        budget = sum(costs.values()) * chance.between(20, 60) // 100
        votes = []
        for distance in opinions(chance, projects, voters):
            liked = sorted(costs, key=lambda p: distance[int(p) - 100])[:1 if kind == 'choose-1' else chance.between(1, 6)]
            votes.append({p: chance.between(1, 5) if kind == 'cumulative' else 1 for p in liked})
        expected = {'n_projects': projects, 'n_votes': voters, 'methods': count_budget(kind, budget, costs, votes)}
        write(index, 'pb', f'pabulib/{i:02}_{kind}.pb', pabulib(kind, budget, costs, votes, i % 8 < 4), expected)


def main():
    for folder in ('files', 'expected/ordinal', 'expected/stv', 'expected/pb'):
        shutil.rmtree(HERE / folder, ignore_errors=True)
    index = {'ordinal': [], 'stv': [], 'pb': []}
    ordinal(index)
    transferable(index)
    budgets(index)
    (HERE / 'INDEX.json').write_text(json.dumps(index, indent=1) + '\n')


if __name__ == '__main__':
    main()
