"""My network: one page of what a learner built and trained, to show to friends.

`plan` says what is finished, `training` trains it in a child process, `page` draws it. The page
stands alone: it needs no other file and no network, and names nobody and no place.
"""

from workbook.widgets.portrait.notebook_api import portrait

__all__ = ["portrait"]
