BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('001');
CREATE TABLE corrections (
	id INTEGER NOT NULL, 
	student_id VARCHAR(200) NOT NULL, 
	exercise_id VARCHAR(200) NOT NULL, 
	points DOUBLE, 
	reason TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	made VARCHAR(40) NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(student_id) REFERENCES students (id)
);
CREATE TABLE exercises (
	id VARCHAR(200) NOT NULL, 
	title TEXT NOT NULL, 
	notebook VARCHAR(200) NOT NULL, 
	points DOUBLE NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "exercises" VALUES('affine_forward','Affine layer: forward','FullyConnectedNet',2.0);
INSERT INTO "exercises" VALUES('affine_backward','Affine layer: backward','FullyConnectedNet',3.0);
INSERT INTO "exercises" VALUES('relu_forward','ReLU: forward','FullyConnectedNet',1.0);
INSERT INTO "exercises" VALUES('relu_backward','ReLU: backward','FullyConnectedNet',1.0);
INSERT INTO "exercises" VALUES('adam','Adam','FullyConnectedNet',3.0);
CREATE TABLE outcomes (
	id INTEGER NOT NULL, 
	submission_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	unit_id INTEGER NOT NULL, 
	outcome VARCHAR(16) NOT NULL, 
	points DOUBLE, 
	maximum DOUBLE, 
	seed BIGINT, 
	PRIMARY KEY (id), 
	UNIQUE (submission_id, kind, subject), 
	FOREIGN KEY(submission_id) REFERENCES submissions (id), 
	FOREIGN KEY(unit_id) REFERENCES units (id)
);
INSERT INTO "outcomes" VALUES(1,1,'judge','affine_forward',1,'pass',2.0,2.0,217568280);
INSERT INTO "outcomes" VALUES(2,1,'judge','affine_backward',2,'pass',3.0,3.0,450104708);
INSERT INTO "outcomes" VALUES(3,1,'judge','relu_forward',3,'pass',1.0,1.0,1690358427);
INSERT INTO "outcomes" VALUES(4,1,'judge','relu_backward',4,'pass',1.0,1.0,310330645);
INSERT INTO "outcomes" VALUES(5,1,'judge','adam',5,'missing',0.0,3.0,1233170716);
INSERT INTO "outcomes" VALUES(6,1,'nbval','FullyConnectedNet',6,'',NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(7,2,'judge','affine_forward',7,'pass',2.0,2.0,217568280);
INSERT INTO "outcomes" VALUES(8,2,'judge','affine_backward',8,'fail',0.0,3.0,450104708);
INSERT INTO "outcomes" VALUES(9,2,'judge','relu_forward',9,'error',0.0,1.0,1690358427);
INSERT INTO "outcomes" VALUES(10,2,'judge','relu_backward',10,'blocked',0.0,1.0,310330645);
INSERT INTO "outcomes" VALUES(11,2,'judge','adam',11,'missing',0.0,3.0,1233170716);
INSERT INTO "outcomes" VALUES(12,2,'nbval','FullyConnectedNet',12,'',NULL,NULL,NULL);
CREATE TABLE runs (
	id INTEGER NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	started VARCHAR(40) NOT NULL, 
	finished VARCHAR(40), 
	secret VARCHAR(64) NOT NULL, 
	scheme JSON NOT NULL, 
	settings JSON NOT NULL, 
	versions JSON NOT NULL, 
	notes JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES(1,'finished','2026-11-29T19:45:05+00:00','2026-11-29T19:45:22+00:00','c09ec496dc6554156402149110b98b5b6fdfaf9d4fe3ff2ec804c433812bcdbf','{"points": {"affine_forward": 2.0, "affine_backward": 3.0, "relu_forward": 1.0, "relu_backward": 1.0, "adam": 3.0}, "bonus": [], "notebooks": ["FullyConnectedNet"], "attempts": "latest", "deadline": null, "late": "flag", "assignment": "Workbook"}','{"exercises": ["affine_forward", "affine_backward", "relu_forward", "relu_backward", "adam"], "notebooks": ["FullyConnectedNet"], "timeout": 30.0, "memory": 2048, "cell_timeout": 30.0, "sandbox": "none"}','{"workbook": "0.1.0", "python": "3.11.7", "system": "Linux x86_64", "numpy": "2.4.6", "nbval": "0.11.0", "sqlalchemy": "2.1.9"}','{"unknown": [], "passed_over": [], "order": ["ann", "bob", "carl", "dora"]}');
CREATE TABLE students (
	id VARCHAR(200) NOT NULL, 
	name TEXT NOT NULL, 
	login TEXT NOT NULL, 
	email TEXT NOT NULL, 
	sis TEXT NOT NULL, 
	section TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "students" VALUES('ann','Ann','','','','');
INSERT INTO "students" VALUES('bob','Bob','','','','');
INSERT INTO "students" VALUES('carl','Carl','','','','');
INSERT INTO "students" VALUES('dora','Dora','','','','');
CREATE TABLE submissions (
	id INTEGER NOT NULL, 
	run_id INTEGER NOT NULL, 
	student_id VARCHAR(200) NOT NULL, 
	place INTEGER NOT NULL, 
	source TEXT NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	status VARCHAR(16) NOT NULL, 
	reason TEXT NOT NULL, 
	handed_in VARCHAR(40), 
	late BOOLEAN NOT NULL, 
	receipt TEXT NOT NULL, 
	notes JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (run_id, student_id, place), 
	FOREIGN KEY(run_id) REFERENCES runs (id), 
	FOREIGN KEY(student_id) REFERENCES students (id)
);
INSERT INTO "submissions" VALUES(1,1,'ann',0,'ann','8b16818a8b4dd8f3fd27d05ba2a1594404bbd93d09b2254954bf76d8cf8fb898','graded','','2026-11-29T19:45:05+00:00',0,'','[]');
INSERT INTO "submissions" VALUES(2,1,'bob',0,'bob','51d6490ef33c2d62e5990cda90263e4df863c13040c4a743a987d4e26e57e516','graded','','2026-11-29T19:45:05+00:00',0,'','[]');
INSERT INTO "submissions" VALUES(3,1,'carl',0,'carl.zip','dee36ace772e1ed71145ee73f01e32ff75f471341ab8aa67fb7efebb93796fe5','invalid','carl.zip is neither a folder nor a .zip nor a .tar.gz.','2026-11-29T19:45:05+00:00',0,'','[]');
INSERT INTO "submissions" VALUES(4,1,'dora',0,'','','missing','',NULL,0,'','[]');
CREATE TABLE units (
	id INTEGER NOT NULL, 
	"key" VARCHAR(128) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	subject VARCHAR(200) NOT NULL, 
	infra BOOLEAN NOT NULL, 
	made VARCHAR(40) NOT NULL, 
	result JSON NOT NULL, 
	log TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "units" VALUES(1,'acc8bcd6276e40e5cc7af77f72209c32aae1968004a4c1a0c3ded5e341116998','judge','affine_forward',0,'2026-11-29T19:45:08+00:00','{"exercise": "affine_forward", "outcome": "pass", "stack_outcome": "pass", "points": 2.0, "max_points": 2.0, "checks": [{"name": "rows of numbers", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "images", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "a batch of one", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "float32", "outcome": "pass", "error": 0.0, "limit": 2e-05}, {"name": "arguments left alone", "outcome": "pass", "error": 0.0, "limit": 1e-09}], "misconception": null, "seen": null, "looks_like": null, "file": "layers.py", "sha256": "6750d1ef6c778a21a653a0df2660e87af9386e2d1e159b2fcd25ba45b1a6beaa", "seed": 217568280, "seconds": 0.21, "message": null, "notes": [], "printed": {"lines": 0, "head": ""}}','affine_forward: pass (stack pass), 2/2, seed 217568280, 0.21 s');
INSERT INTO "units" VALUES(2,'1f35b7894335fc477bf4631303f2c4733c4fa08eb099fdc8acf397b1c8434dc9','judge','affine_backward',0,'2026-11-29T19:45:08+00:00','{"exercise": "affine_backward", "outcome": "pass", "stack_outcome": "pass", "points": 3.0, "max_points": 3.0, "checks": [{"name": "rows of numbers", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "images", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "a batch of one", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "float32", "outcome": "pass", "error": 0.0, "limit": 2e-05}, {"name": "arguments left alone", "outcome": "pass", "error": 0.0, "limit": 1e-09}], "misconception": null, "seen": null, "looks_like": null, "file": "layers.py", "sha256": "6750d1ef6c778a21a653a0df2660e87af9386e2d1e159b2fcd25ba45b1a6beaa", "seed": 450104708, "seconds": 0.017, "message": null, "notes": [], "printed": {"lines": 0, "head": ""}}','affine_backward: pass (stack pass), 3/3, seed 450104708, 0.02 s');
INSERT INTO "units" VALUES(3,'283111f01541bf7eb1efb636cedd91a443a09b3d1a9234041f31c871d3327052','judge','relu_forward',0,'2026-11-29T19:45:08+00:00','{"exercise": "relu_forward", "outcome": "pass", "stack_outcome": "pass", "points": 1.0, "max_points": 1.0, "checks": [{"name": "a matrix", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "images", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "float32", "outcome": "pass", "error": 0.0, "limit": 2e-05}, {"name": "argument left alone", "outcome": "pass", "error": 0.0, "limit": 1e-09}], "misconception": null, "seen": null, "looks_like": null, "file": "layers.py", "sha256": "6750d1ef6c778a21a653a0df2660e87af9386e2d1e159b2fcd25ba45b1a6beaa", "seed": 1690358427, "seconds": 0.01, "message": null, "notes": [], "printed": {"lines": 0, "head": ""}}','relu_forward: pass (stack pass), 1/1, seed 1690358427, 0.01 s');
INSERT INTO "units" VALUES(4,'e2a9f953295035f9bcc05c375db71ddf2ef8da7dc82acf18dbe3d1e7924a6a4a','judge','relu_backward',0,'2026-11-29T19:45:08+00:00','{"exercise": "relu_backward", "outcome": "pass", "stack_outcome": "pass", "points": 1.0, "max_points": 1.0, "checks": [{"name": "a matrix", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "images", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "inputs of exactly 0", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "float32", "outcome": "pass", "error": 0.0, "limit": 2e-05}, {"name": "arguments left alone", "outcome": "pass", "error": 0.0, "limit": 1e-09}], "misconception": null, "seen": null, "looks_like": null, "file": "layers.py", "sha256": "6750d1ef6c778a21a653a0df2660e87af9386e2d1e159b2fcd25ba45b1a6beaa", "seed": 310330645, "seconds": 0.011, "message": null, "notes": [], "printed": {"lines": 0, "head": ""}}','relu_backward: pass (stack pass), 1/1, seed 310330645, 0.01 s');
INSERT INTO "units" VALUES(5,'7df94a0e2cf20833050fab7edbc8c47f340efec0791a49a1779b7251b991f50c','judge','adam',0,'2026-11-29T19:45:08+00:00','{"exercise": "adam", "outcome": "missing", "stack_outcome": "missing", "points": 0.0, "max_points": 3.0, "checks": [{"name": "three steps with default settings", "outcome": "missing", "error": null, "limit": null}, {"name": "three steps with other settings", "outcome": "missing", "error": null, "limit": null}, {"name": "going on from a given memory", "outcome": "missing", "error": null, "limit": null}, {"name": "filters of four axes", "outcome": "missing", "error": null, "limit": null}, {"name": "two parameters in turn", "outcome": "missing", "error": null, "limit": null}, {"name": "float32", "outcome": "missing", "error": null, "limit": null}, {"name": "arguments left alone", "outcome": "missing", "error": null, "limit": null}, {"name": "gradients as small as epsilon", "outcome": "missing", "error": null, "limit": null}], "misconception": null, "seen": "optim.py is missing.", "looks_like": "The file was renamed, moved or deleted.", "file": "optim.py", "sha256": "", "seed": 1233170716, "seconds": 0.0, "message": {"seen": "optim.py is missing.", "looks_like": "The file was renamed, moved or deleted.", "why": "Checks and notebooks find it by its name; its stubs stood in for it while other files were judged.", "look": "`workbook reset` puts the stubs back, and `workbook snapshots` lists what was kept of your own."}, "notes": [], "printed": {"lines": 0, "head": ""}}','adam: missing (stack missing), 0/3, seed 1233170716, 0.00 s
  seen: optim.py is missing.');
INSERT INTO "units" VALUES(6,'3b40d3f31e83d41922bf37c6a4788a3949b2852c3d6ee125ce3dbbfcf9ebed2b','nbval','FullyConnectedNet',0,'2026-11-29T19:45:14+00:00','{"exercises": {"affine_forward": {"outcome": "fail", "line": "NameError: name ''affine_forward'' is not defined"}, "affine_backward": {"outcome": "fail", "line": "NameError: name ''affine_forward'' is not defined"}, "relu_forward": {"outcome": "fail", "line": "NameError: name ''relu_forward'' is not defined"}, "relu_backward": {"outcome": "fail", "line": "NameError: name ''relu_forward'' is not defined"}, "softmax_loss": {"outcome": "fail", "line": "NameError: name ''softmax_loss'' is not defined"}, "svm_loss": {"outcome": "fail", "line": "NameError: name ''svm_loss'' is not defined"}, "TwoLayerNet.init": {"outcome": "fail", "line": "NameError: name ''TwoLayerNet'' is not defined"}, "TwoLayerNet.loss": {"outcome": "fail", "line": "NameError: name ''TwoLayerNet'' is not defined"}, "FullyConnectedNet.init": {"outcome": "fail", "line": "NameError: name ''FullyConnectedNet'' is not defined"}, "FullyConnectedNet.loss": {"outcome": "fail", "line": "NameError: name ''FullyConnectedNet'' is not defined"}, "sgd_momentum": {"outcome": "fail", "line": "NameError: name ''sgd_momentum'' is not defined"}, "rmsprop": {"outcome": "fail", "line": "NameError: name ''rmsprop'' is not defined"}, "adam": {"outcome": "fail", "line": "NameError: name ''adam'' is not defined"}}, "problem": "", "seconds": 5.862}','FullyConnectedNet: run by nbval
  code cell 1: fail: /tmp/workbook-grading-62npf84j/exercises/classifiers/fc_net.py is missing.
  code cell 2: fail: NameError: name ''affine_forward'' is not defined
  code cell 3: fail: NameError: name ''affine_forward'' is not defined
  code cell 4: fail: NameError: name ''relu_forward'' is not defined
  code cell 5: fail: NameError: name ''relu_forward'' is not defined
  code cell 6: fail: NameError: name ''affine_relu_forward'' is not defined
  code cell 7: fail: NameError: name ''softmax_loss'' is not defined
  code cell 8: fail: NameError: name ''svm_loss'' is not defined
  code cell 9: fail: NameError: name ''TwoLayerNet'' is not defined
  code cell 10: fail: NameError: name ''TwoLayerNet'' is not defined
  code cell 11: fail: NameError: name ''FullyConnectedNet'' is not defined
  code cell 12: fail: NameError: name ''FullyConnectedNet'' is not defined
  code cell 13: fail: NameError: name ''sgd_momentum'' is not defined
  code cell 14: fail: NameError: name ''rmsprop'' is not defined
  code cell 15: fail: NameError: name ''adam'' is not defined');
INSERT INTO "units" VALUES(7,'e5ec2fd4c6379ff8bc42f523dddf0565e3f8e284aa1779dc8a39a06ffac9893f','judge','affine_forward',0,'2026-11-29T19:45:16+00:00','{"exercise": "affine_forward", "outcome": "pass", "stack_outcome": "pass", "points": 2.0, "max_points": 2.0, "checks": [{"name": "rows of numbers", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "images", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "a batch of one", "outcome": "pass", "error": 0.0, "limit": 1e-09}, {"name": "float32", "outcome": "pass", "error": 0.0, "limit": 2e-05}, {"name": "arguments left alone", "outcome": "pass", "error": 0.0, "limit": 1e-09}], "misconception": null, "seen": null, "looks_like": null, "file": "layers.py", "sha256": "7165d00275a95b725b9b4e57c09e0df1e5c8927aee42bdf8fa361074aca52f99", "seed": 217568280, "seconds": 0.315, "message": null, "notes": ["Your code printed 5 lines while it was checked. That is fine, but in training it would be printed at every step."], "printed": {"lines": 5, "head": "half\n"}}','affine_forward: pass (stack pass), 2/2, seed 217568280, 0.32 s
  note: Your code printed 5 lines while it was checked. That is fine, but in training it would be printed at every step.
  printed 5 lines: ''half\n''');
INSERT INTO "units" VALUES(8,'dfe72b9ae899d40db65af63070d92ef2260ea42908f67b3adef4f20501e45aec','judge','affine_backward',0,'2026-11-29T19:45:16+00:00','{"exercise": "affine_backward", "outcome": "fail", "stack_outcome": "fail", "points": 0.0, "max_points": 3.0, "checks": [{"name": "rows of numbers", "outcome": "fail", "error": null, "limit": 1e-09}, {"name": "images", "outcome": "fail", "error": null, "limit": 1e-09}, {"name": "a batch of one", "outcome": "fail", "error": null, "limit": 1e-09}, {"name": "float32", "outcome": "fail", "error": null, "limit": 2e-05}, {"name": "arguments left alone", "outcome": "fail", "error": null, "limit": 1e-09}], "misconception": "affine_backward.db_keepdims", "seen": "db has shape (1, 2); b has shape (2,). The numbers in it are right.", "looks_like": "The axis that was summed over is still there, with length 1.", "file": "layers.py", "sha256": "7165d00275a95b725b9b4e57c09e0df1e5c8927aee42bdf8fa361074aca52f99", "seed": 450104708, "seconds": 0.025, "message": {"seen": "db has shape (1, 2); b has shape (2,). The numbers in it are right.", "looks_like": "The axis that was summed over is still there, with length 1.", "why": "An update with this gradient gives b a second axis without a word, and every later sum broadcasts.", "look": "Print the shape of b before and after one update with your db."}, "notes": ["Your code printed 5 lines while it was checked. That is fine, but in training it would be printed at every step."], "printed": {"lines": 5, "head": "half\n"}}','affine_backward: fail (stack fail), 0/3, seed 450104708, 0.03 s
  mistake: affine_backward.db_keepdims
  seen: db has shape (1, 2); b has shape (2,). The numbers in it are right.
  note: Your code printed 5 lines while it was checked. That is fine, but in training it would be printed at every step.
  printed 5 lines: ''half\n''');
INSERT INTO "units" VALUES(9,'6f8e909350056237aeddaf998b2f2930c455405ba1c3db480801d431e77036a8','judge','relu_forward',0,'2026-11-29T19:45:16+00:00','{"exercise": "relu_forward", "outcome": "error", "stack_outcome": "error", "points": 0.0, "max_points": 1.0, "checks": [{"name": "a matrix", "outcome": "error", "error": null, "limit": null}, {"name": "images", "outcome": "error", "error": null, "limit": null}, {"name": "float32", "outcome": "error", "error": null, "limit": null}, {"name": "argument left alone", "outcome": "error", "error": null, "limit": null}], "misconception": null, "seen": "layers.py line 132: y is not defined.", "looks_like": "A name is used that was never given a value.", "file": "layers.py", "sha256": "7165d00275a95b725b9b4e57c09e0df1e5c8927aee42bdf8fa361074aca52f99", "seed": 1690358427, "seconds": 0.03, "message": {"seen": "layers.py line 132: y is not defined.", "looks_like": "A name is used that was never given a value.", "why": "Python looks names up exactly as they are spelled.", "look": "Look for a name above `out = np.maximum(0, y)` that nearly reads like y."}, "notes": [], "printed": {"lines": 0, "head": ""}}','relu_forward: error (stack error), 0/1, seed 1690358427, 0.03 s
  seen: layers.py line 132: y is not defined.');
INSERT INTO "units" VALUES(10,'29fc581cc3db2c2ba4d2275b5d4dd6f06a46b012ed24b5ca367ef716da963e36','judge','relu_backward',0,'2026-11-29T19:45:16+00:00','{"exercise": "relu_backward", "outcome": "blocked", "stack_outcome": "blocked", "points": 0.0, "max_points": 1.0, "checks": [{"name": "a matrix", "outcome": "error", "error": null, "limit": null}, {"name": "images", "outcome": "error", "error": null, "limit": null}, {"name": "inputs of exactly 0", "outcome": "error", "error": null, "limit": null}, {"name": "float32", "outcome": "error", "error": null, "limit": null}, {"name": "arguments left alone", "outcome": "error", "error": null, "limit": null}], "misconception": null, "seen": "This cannot be judged before relu_forward is right.", "looks_like": "It runs on the results of relu_forward, and those are not right yet.", "file": "layers.py", "sha256": "7165d00275a95b725b9b4e57c09e0df1e5c8927aee42bdf8fa361074aca52f99", "seed": 310330645, "seconds": 0.027, "message": {"seen": "This cannot be judged before relu_forward is right.", "looks_like": "It runs on the results of relu_forward, and those are not right yet.", "why": "Right code gives wrong results when it is fed with wrong ones.", "look": "Mend relu_forward first, then check again."}, "notes": [], "printed": {"lines": 0, "head": ""}}','relu_backward: blocked (stack blocked), 0/1, seed 310330645, 0.03 s
  seen: This cannot be judged before relu_forward is right.');
INSERT INTO "units" VALUES(11,'1e5cb8dd59fafa077bd2cf001dc52b2f1fb7ebc803696db97a4d5a8feccb489a','judge','adam',0,'2026-11-29T19:45:16+00:00','{"exercise": "adam", "outcome": "missing", "stack_outcome": "missing", "points": 0.0, "max_points": 3.0, "checks": [{"name": "three steps with default settings", "outcome": "missing", "error": null, "limit": null}, {"name": "three steps with other settings", "outcome": "missing", "error": null, "limit": null}, {"name": "going on from a given memory", "outcome": "missing", "error": null, "limit": null}, {"name": "filters of four axes", "outcome": "missing", "error": null, "limit": null}, {"name": "two parameters in turn", "outcome": "missing", "error": null, "limit": null}, {"name": "float32", "outcome": "missing", "error": null, "limit": null}, {"name": "arguments left alone", "outcome": "missing", "error": null, "limit": null}, {"name": "gradients as small as epsilon", "outcome": "missing", "error": null, "limit": null}], "misconception": null, "seen": "optim.py is missing.", "looks_like": "The file was renamed, moved or deleted.", "file": "optim.py", "sha256": "", "seed": 1233170716, "seconds": 0.0, "message": {"seen": "optim.py is missing.", "looks_like": "The file was renamed, moved or deleted.", "why": "Checks and notebooks find it by its name; its stubs stood in for it while other files were judged.", "look": "`workbook reset` puts the stubs back, and `workbook snapshots` lists what was kept of your own."}, "notes": [], "printed": {"lines": 0, "head": ""}}','adam: missing (stack missing), 0/3, seed 1233170716, 0.00 s
  seen: optim.py is missing.');
INSERT INTO "units" VALUES(12,'b4fc54d8ed3782e372654c3b78cbb5486920c069bb68cfbf6e40db8eac0870d7','nbval','FullyConnectedNet',0,'2026-11-29T19:45:21+00:00','{"exercises": {"affine_forward": {"outcome": "fail", "line": "NameError: name ''affine_forward'' is not defined"}, "affine_backward": {"outcome": "fail", "line": "NameError: name ''affine_forward'' is not defined"}, "relu_forward": {"outcome": "fail", "line": "NameError: name ''relu_forward'' is not defined"}, "relu_backward": {"outcome": "fail", "line": "NameError: name ''relu_forward'' is not defined"}, "softmax_loss": {"outcome": "fail", "line": "NameError: name ''softmax_loss'' is not defined"}, "svm_loss": {"outcome": "fail", "line": "NameError: name ''svm_loss'' is not defined"}, "TwoLayerNet.init": {"outcome": "fail", "line": "NameError: name ''TwoLayerNet'' is not defined"}, "TwoLayerNet.loss": {"outcome": "fail", "line": "NameError: name ''TwoLayerNet'' is not defined"}, "FullyConnectedNet.init": {"outcome": "fail", "line": "NameError: name ''FullyConnectedNet'' is not defined"}, "FullyConnectedNet.loss": {"outcome": "fail", "line": "NameError: name ''FullyConnectedNet'' is not defined"}, "sgd_momentum": {"outcome": "fail", "line": "NameError: name ''sgd_momentum'' is not defined"}, "rmsprop": {"outcome": "fail", "line": "NameError: name ''rmsprop'' is not defined"}, "adam": {"outcome": "fail", "line": "NameError: name ''adam'' is not defined"}}, "problem": "", "seconds": 4.296}','FullyConnectedNet: run by nbval
  code cell 1: fail: /tmp/workbook-grading-7e9yxgvv/exercises/classifiers/fc_net.py is missing.
  code cell 2: fail: NameError: name ''affine_forward'' is not defined
  code cell 3: fail: NameError: name ''affine_forward'' is not defined
  code cell 4: fail: NameError: name ''relu_forward'' is not defined
  code cell 5: fail: NameError: name ''relu_forward'' is not defined
  code cell 6: fail: NameError: name ''affine_relu_forward'' is not defined
  code cell 7: fail: NameError: name ''softmax_loss'' is not defined
  code cell 8: fail: NameError: name ''svm_loss'' is not defined
  code cell 9: fail: NameError: name ''TwoLayerNet'' is not defined
  code cell 10: fail: NameError: name ''TwoLayerNet'' is not defined
  code cell 11: fail: NameError: name ''FullyConnectedNet'' is not defined
  code cell 12: fail: NameError: name ''FullyConnectedNet'' is not defined
  code cell 13: fail: NameError: name ''sgd_momentum'' is not defined
  code cell 14: fail: NameError: name ''rmsprop'' is not defined
  code cell 15: fail: NameError: name ''adam'' is not defined');
CREATE INDEX ix_submissions_run_id ON submissions (run_id);
CREATE INDEX ix_units_key ON units ("key");
CREATE INDEX ix_outcomes_submission_id ON outcomes (submission_id);
CREATE INDEX ix_corrections_student_id ON corrections (student_id);
COMMIT;
