"""Reports: every form is a function of the findings. One module per form."""
