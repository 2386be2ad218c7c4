META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;5
num_votes;46
budget;10244
vote_type;choose-1
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;6650.0;4;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;2600.0;15;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;400.0;0;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;850.0;5;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;9200.0;22;Straßenbäume, Abschnitt 5;Grün / Verkehr
VOTES
voter_id;vote
1;103
2;104
3;104
4;101
5;101
6;104
7;103
8;104
9;103
10;103
11;100
12;100
13;101
14;104
15;104
16;104
17;103
18;101
19;101
20;101
21;101
22;104
23;104
24;101
25;104
26;101
27;101
28;104
29;101
30;104
31;101
32;101
33;104
34;101
35;101
36;104
37;104
38;100
39;104
40;104
41;104
42;104
43;100
44;104
45;104
46;104
