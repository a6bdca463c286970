package io.larder.engine.write;

import io.larder.engine.page.Page;

/** A page the device refused a write to, with the directory of what was on it. */
public record FailedPage(Page page, OpenDirectory directory) {}
