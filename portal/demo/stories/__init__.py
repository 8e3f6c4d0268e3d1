"""Sixty stories, by the guide's five categories, and those of today."""

from portal.demo.script import Story

from . import access, automation, configuration, integration, reporting, today

ALL: tuple[Story, ...] = (
    *access.STORIES,
    *configuration.STORIES,
    *automation.STORIES,
    *integration.STORIES,
    *reporting.STORIES,
    *today.STORIES,
)
