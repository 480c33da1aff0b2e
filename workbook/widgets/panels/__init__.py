"""Panels: controls in, an experiment run in a child process, a picture and a table out.

``panel("optimiser_race")`` in a cell shows one; ``panel(name, rate=0.1)`` shows it with a control
moved. Under ``WORKBOOK_STATIC=1`` the same call runs the experiment shortly and gives its figure.

To write another panel, make a file beside this one with a subclass of `base.Panel`, enter it in
`registry.PANELS`, and put its words into a file of `workbook/locale/en` under ``[panel.<name>]``:
`title`, `question`, `fair` (what makes the comparison fair) and, for each answer to the question,
`answer.<key>`. The class says

- ``name`` and ``experiment`` (a name in `training.runner.registry`), ``immediate`` (recomputed
  when a control is let go) and ``answer_keys`` (of the question; none gives no choice at all);
- ``make_controls()``: widgets by name; they start a run in an immediate panel;
- ``make_views()``: widgets that only look differently at what was computed;
- ``settings()``: what the experiment is called with; ``static_settings()``: what differs in the
  static form;
- ``make_figure(settings)``: a new figure, made with `plots.style`, whose artists are kept;
- ``on_updates(updates)``: move artists as updates come in; ``on_result(result)``: from the result;
- ``update_figure()``: move artists because a view changed, or after `on_result`;
- ``table()``: the numbers in the picture as rows of text, the head first;
- ``observation()``: the keys of the answers that came true and one sentence, or None.

The base class does the rest: Run, Stop and Reset, progress, errors, saving, the thread that
follows the job and redraws a few times a second. No method above may block or draw by itself, and
none may run the student's code: only the child does. Everything is called with the panel's lock
held, from the kernel's thread or from the one that follows.
"""
