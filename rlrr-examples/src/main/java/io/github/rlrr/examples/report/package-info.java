/** What a run or a comparison tells: pages, pictures, tables and JSON. */
@NullMarked
package io.github.rlrr.examples.report;

import org.jspecify.annotations.NullMarked;
