META
key;value
description;Bürgerhaushalt Musterstadt
country;Germany
unit;Musterstadt
num_projects;11
num_votes;58
budget;15360
vote_type;choose-1
rule;equalshares
min_length;1
currency;EUR
PROJECTS
project_id;cost;votes;name;category
100;2850;3;Straßenbäume, Abschnitt 1;Grün / Verkehr
101;6900;12;Straßenbäume, Abschnitt 2;Grün / Verkehr
102;8650;3;Straßenbäume, Abschnitt 3;Grün / Verkehr
103;8600;5;Straßenbäume, Abschnitt 4;Grün / Verkehr
104;5600;1;Straßenbäume, Abschnitt 5;Grün / Verkehr
105;1450;6;Straßenbäume, Abschnitt 6;Grün / Verkehr
106;8350;18;Straßenbäume, Abschnitt 7;Grün / Verkehr
107;7300;2;Straßenbäume, Abschnitt 8;Grün / Verkehr
108;4500;2;Straßenbäume, Abschnitt 9;Grün / Verkehr
109;6700;2;Straßenbäume, Abschnitt 10;Grün / Verkehr
110;3100;4;Straßenbäume, Abschnitt 11;Grün / Verkehr
VOTES
voter_id;vote
1;103
2;101
3;101
4;100
5;110
6;106
7;105
8;106
9;106
10;106
11;102
12;103
13;106
14;105
15;101
16;101
17;105
18;105
19;110
20;101
21;101
22;106
23;101
24;106
25;106
26;100
27;105
28;106
29;101
30;108
31;106
32;107
33;100
34;102
35;108
36;106
37;106
38;106
39;106
40;105
41;110
42;101
43;110
44;104
45;101
46;109
47;103
48;102
49;109
50;107
51;106
52;101
53;101
54;103
55;106
56;103
57;106
58;106
