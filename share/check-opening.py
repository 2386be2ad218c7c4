#!/usr/bin/env python3
"""Does a ballot that a voter's device opened say what the voter wanted?  On another device:

    python3 check-opening.py election.json ballot.json opening.json

Encrypts the choices again with the random numbers of the opening, compares each number of the
ballot, and says in words what the ballot votes.  Compare this with what you chose, and the tracker
with the one that your device showed before you asked it to open the ballot.  An opened ballot must
never be cast.  Group and formulas: specification of Belenios 2.0, sections 4.11, 4.15 and 5.1.
"""
import base64
import hashlib
import json
import sys

p = int(
    "2069478569142254640101364365750500806492298929575110409710088478705737421924271740192223"
    "7254497684338129066633138078958404960054389636289796393038773905722803605973749427671376"
    "7776188985898727358650490811670993105358677809800307904916540637771737641986785272734744"
    "7634183560003569830519314428456170191100078673730733356412397173289791324047457883446826"
    "0652327974647951137672658693582180046317922073668860052627186363386088796882120769432366"
    "1494910029234443463732221458841005864210502421203654335612013204811188524087310770141516"
    "6620016231317716937218924807850771182784231749807327659882882516918310312568016207288071"
    "9"
)
q = 78571733251071885079927659812671450121821421258408794611510081919805623223441
g = int(
    "2402352677501852209227687703532399932712287657378364916510075318787663274146353219320285"
    "6761552696787996946682987493890950838965734256019006010684771644917354741372831046104586"
    "8131451178164675540052740288984613986453266121505579709716201616827031288643245666383486"
    "3635782106154918419982534315189740658186868651151358576410138882215396016043228843603930"
    "9893336627728484065931384060102316750957637779826651036068224066350766977640253462537730"
    "8513317349519424896775405257365904949247763147599157519877517771148149092045660020547812"
    "7054728238140972518639858334115700568353695553423781475582491896050296680037745308460627"
)


def read(path):
    with open(path, "rb") as file:
        return file.read().rstrip(b"\n")


def digest(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def check(holds, reason):
    if not holds:
        raise ValueError(reason)


def check_answer(y, ciphertexts, choices, randomness):
    check(len(ciphertexts) == len(choices) == len(randomness), "WRONG_SHAPE")
    for ciphertext, m, r in zip(ciphertexts, choices, map(int, randomness)):
        check(m in (0, 1) and 0 <= r < q, "WRONG_SHAPE")
        check(int(ciphertext["alpha"]) == pow(g, r, p), "WRONG_OPENING")
        check(int(ciphertext["beta"]) == pow(y, r, p) * pow(g, m, p) % p, "WRONG_OPENING")


def main(*files):
    election, ballot, opening = (json.loads(read(file)) for file in files)
    fingerprint, tracker = digest(read(files[0])), digest(read(files[1]))
    check(election["group"] == "BELENIOS-2048", "WRONG_ELECTION")
    check(opening["uuid"] == ballot["election_uuid"] == election["uuid"], "WRONG_ELECTION")
    check(opening["election_hash"] == ballot["election_hash"] == fingerprint, "WRONG_ELECTION")
    check(opening["tracker"] == tracker, "WRONG_TRACKER")
    questions, answers = election["questions"], ballot["answers"]
    choices, randomness = opening["choices"], opening["randomness"]
    words = []
    check(len(questions) == len(answers) == len(choices) == len(randomness), "WRONG_SHAPE")
    for question, answer, chosen, numbers in zip(questions, answers, choices, randomness):
        check_answer(int(election["public_key"]), answer["choices"], chosen, numbers)
        names = (["(blank)"] if question.get("blank") else []) + question["answers"]
        check(len(names) == len(chosen), "WRONG_SHAPE")
        votes = [name for name, m in zip(names, chosen) if m]
        words += [json.dumps(text, ensure_ascii=False) for text in (question["question"], votes)]
    print(*words, sep="\n")
    print("The ballot with the tracker", tracker, "says exactly this.")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        sys.exit(f"NOT CONFIRMED: {error}")
