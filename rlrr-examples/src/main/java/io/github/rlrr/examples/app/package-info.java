/** The entry of {@code rlrr}: its commands under one name, wrong usage, faults and exit codes. */
@NullMarked
package io.github.rlrr.examples.app;

import org.jspecify.annotations.NullMarked;
