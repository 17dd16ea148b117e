"""Estimators and inference for few regions and inexact records."""
