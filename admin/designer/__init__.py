"""The designer (设计): the pages on which a coordinator configures a batch, part by part, on its working copy."""
